// Prints what Go's encoding/json makes of a body: one line a form, its name, a tab, the bytes in Base64.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
)

func show(name string, text []byte) {
	fmt.Println(name + "\t" + base64.StdEncoding.EncodeToString(text))
}

func main() {
	body, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var value interface{}
	if err := json.Unmarshal(body, &value); err != nil {
		panic(err)
	}
	mapped, _ := json.Marshal(value)
	show("json-go", mapped)
	indented, _ := json.MarshalIndent(value, "", "  ")
	show("json-go-indent", indented)
	var encoded bytes.Buffer
	json.NewEncoder(&encoded).Encode(value)
	show("json-go-encoder", encoded.Bytes())
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	encoder.Encode(value)
	show("json-go-no-html", bytes.TrimSuffix(plain.Bytes(), []byte("\n")))
	raw, _ := json.Marshal(json.RawMessage(body))
	show("json-go-raw", raw)
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var numbered interface{}
	decoder.Decode(&numbered)
	kept, _ := json.Marshal(numbered)
	show("json-go-number", kept)
	show("go-print", []byte(fmt.Sprint(value)))
	text, _ := json.Marshal(body)
	show("go-bytes-json", text)
}
