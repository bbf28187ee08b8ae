package store

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Keys encrypt secrets before they go into the database. The first encrypts, all
// decrypt, so keys are replaced by putting a new one in front.
type Keys struct {
	first string // id
	by    map[string]cipher.AEAD
}

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// ParseKeys reads "id:key,id:key": each key is 32 bytes in base64. Its errors show no key.
func ParseKeys(text string) (Keys, error) {
	k := Keys{by: map[string]cipher.AEAD{}}
	for i, one := range strings.Split(text, ",") {
		id, encoded, ok := strings.Cut(strings.TrimSpace(one), ":")
		if !ok || !keyID.MatchString(id) {
			return Keys{}, fmt.Errorf("key %d is not of the form id:key, the id being letters and digits (make one with: echo \"a:$(openssl rand -base64 32)\")", i+1)
		}
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(key) != 32 {
			return Keys{}, fmt.Errorf("key %d (%s) is not 32 bytes in base64 (make one with: openssl rand -base64 32)", i+1, id)
		}
		if k.by[id] != nil {
			return Keys{}, fmt.Errorf("two keys have the id %s", id)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return Keys{}, fmt.Errorf("key %d (%s) cannot be used", i+1, id)
		}
		if k.by[id], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return Keys{}, fmt.Errorf("key %d (%s) cannot be used", i+1, id)
		}
		if i == 0 {
			k.first = id
		}
	}
	return k, nil
}

// ErrKey says that a secret cannot be decrypted.
var ErrKey = errors.New("a secret cannot be decrypted")

// seal encrypts secret with the first key. Only with the same place, which names
// where it is kept, will open give it back: so it cannot be moved.
func (k Keys) seal(place, secret string) []byte {
	return k.by[k.first].Seal(nil, nil, []byte(secret), []byte(place))
}

// open decrypts what was sealed with the key id. Errors wrap ErrKey.
func (k Keys) open(id, place string, sealed []byte) (string, error) {
	key := k.by[id]
	if key == nil {
		return "", fmt.Errorf("%w: it takes the key %q, which SECRET_KEYS does not have any more", ErrKey, id)
	}
	secret, err := key.Open(nil, nil, sealed, []byte(place))
	if err != nil {
		return "", fmt.Errorf("%w: the key %q in SECRET_KEYS is not the one it was encrypted with, or the row was changed", ErrKey, id)
	}
	return string(secret), nil
}

// String gives no key.
func (k Keys) String() string { return fmt.Sprintf("%d keys", len(k.by)) }
