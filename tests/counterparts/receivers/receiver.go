// Go's net/http. MODE=json marshals the decoded map again, MODE=raw hashes the received bytes.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		hashed, _ := io.ReadAll(r.Body)
		if os.Getenv("MODE") != "raw" {
			var value map[string]interface{}
			if json.Unmarshal(hashed, &value) != nil {
				w.WriteHeader(400)
				return
			}
			hashed, _ = json.Marshal(value)
		}
		mac := hmac.New(sha256.New, []byte(os.Getenv("PROBE_SECRET")))
		mac.Write(hashed)
		expected := "sha256=" + hex.EncodeToString(mac.Sum(nil))
		if !hmac.Equal([]byte(expected), []byte(r.Header.Get("X-Webhook-Signature"))) {
			w.WriteHeader(401)
		}
	})
	http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil)
}
