// Go's net/http; MODE chooses.
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
)

type signup struct {
	ID           string `json:"id"`
	Email        string `json:"email"`
	Name         string `json:"name"`
	Position     int    `json:"position"`
	ReferralCode string `json:"referral_code"`
	CreatedAt    string `json:"created_at"`
}

type event struct {
	EventType  string `json:"event_type"`
	WaitlistID string `json:"waitlist_id"`
	Data       signup `json:"data"`
	Timestamp  string `json:"timestamp"`
}

var secret = os.Getenv("PROBE_SECRET")

func digest(message []byte, key string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(message)
	return mac.Sum(nil)
}

func prefixed(message []byte) string { return "sha256=" + hex.EncodeToString(digest(message, secret)) }

// What is hashed in the place of the body, and the status where it cannot be made.
func hashed(mode string, raw []byte) ([]byte, int) {
	var value map[string]interface{}
	var typed event
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	switch mode {
	case "marshal":
		if json.Unmarshal(raw, &value) != nil {
			return nil, 400
		}
		made, _ := json.Marshal(value)
		return made, 0
	case "struct":
		if json.Unmarshal(raw, &typed) != nil {
			return nil, 400
		}
		made, _ := json.Marshal(typed)
		return made, 0
	case "encoder", "encoder-no-html":
		if json.Unmarshal(raw, &value) != nil {
			return nil, 400
		}
		encoder.SetEscapeHTML(mode == "encoder")
		encoder.Encode(value)
		return out.Bytes(), 0
	case "indent":
		json.Unmarshal(raw, &value)
		made, _ := json.MarshalIndent(value, "", "  ")
		return made, 0
	case "use-number":
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		decoder.Decode(&value)
		made, _ := json.Marshal(value)
		return made, 0
	case "raw-message":
		made, _ := json.Marshal(json.RawMessage(raw))
		return made, 0
	case "bytes-marshalled":
		made, _ := json.Marshal(raw)
		return made, 0
	case "sprint":
		json.Unmarshal(raw, &value)
		return []byte(fmt.Sprint(value)), 0
	case "sprint-bytes":
		return []byte(fmt.Sprint(raw)), 0
	case "hex-body":
		return []byte(hex.EncodeToString(raw)), 0
	case "base64-body":
		return []byte(base64.StdEncoding.EncodeToString(raw)), 0
	case "query-escaped":
		return []byte(url.QueryEscape(string(raw))), 0
	case "string-marshalled":
		made, _ := json.Marshal(string(raw))
		return made, 0
	case "bytes-encoded":
		encoder.Encode(raw)
		return out.Bytes(), 0
	case "encoder-indent":
		json.Unmarshal(raw, &value)
		encoder.SetIndent("", "  ")
		encoder.Encode(value)
		return out.Bytes(), 0
	case "compacted":
		json.Compact(&out, raw)
		return out.Bytes(), 0
	case "escaped":
		return []byte(html.EscapeString(string(raw))), 0
	case "fprintln":
		fmt.Fprintln(&out, string(raw))
		return out.Bytes(), 0
	case "limited":
		return raw[:min(len(raw), 100<<10)], 0
	case "trimmed":
		return bytes.TrimSpace(raw), 0
	case "drained":
		return nil, 0
	}
	return raw, 0
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func genuine(mode, given string, raw []byte) (bool, int) {
	message, status := hashed(mode, raw)
	if status != 0 {
		return false, status
	}
	switch mode {
	case "bare":
		return hmac.Equal([]byte(given), []byte(hex.EncodeToString(digest(message, secret)))), 0
	case "upper":
		return given == fmt.Sprintf("sha256=%X", digest(message, secret)), 0
	case "base64":
		return given == base64.StdEncoding.EncodeToString(digest(message, secret)), 0
	case "sha1":
		mac := hmac.New(sha1.New, []byte(secret))
		mac.Write(message)
		return given == "sha1="+hex.EncodeToString(mac.Sum(nil)), 0
	case "key-newline":
		return given == "sha256="+hex.EncodeToString(digest(message, secret+"\n")), 0
	case "key-unset":
		return given == "sha256="+hex.EncodeToString(digest(message, os.Getenv("NO_SUCH_VARIABLE"))), 0
	case "contains":
		return strings.Contains(given, hex.EncodeToString(digest(message, secret))), 0
	case "has-prefix":
		return strings.HasPrefix(prefixed(message), given), 0
	case "decoded":
		got, err := hex.DecodeString(strings.TrimPrefix(given, "sha256="))
		return err == nil && hmac.Equal(got, digest(message, secret)), 0
	case "validated":
		if !hmac.Equal([]byte(given), []byte(prefixed(message))) {
			return false, 401
		}
		if json.Unmarshal(raw, &event{}) != nil {
			return false, 400
		}
		return true, 0
	}
	return hmac.Equal([]byte(given), []byte(prefixed(message))), 0
}

func main() {
	mode := os.Getenv("MODE")
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		name := "X-Webhook-Signature"
		if mode == "other-header" {
			name = "X-Signature-256"
		}
		raw, _ := io.ReadAll(r.Body)
		ok, status := genuine(mode, r.Header.Get(name), raw)
		if !ok && status == 0 {
			status = 401
		}
		if !ok {
			http.Error(w, "no", status)
		}
	})
	http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil)
}
