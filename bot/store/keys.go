package store

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// Keys encrypt secrets before they go into the database. The first encrypts, all
// decrypt, so keys are replaced by putting a new one in front.
type Keys struct {
	first string // id
	by    map[string]cipher.AEAD
}

// A Key is one of Keys.
type Key struct {
	ID     string // is stored beside what the key encrypted
	Secret []byte // 32 bytes
}

// NewKeys takes at least one key, each with an ID of its own. Its errors show no key.
func NewKeys(list ...Key) (Keys, error) {
	k := Keys{by: map[string]cipher.AEAD{}}
	for _, key := range list {
		block, err := aes.NewCipher(key.Secret)
		if err != nil || len(key.Secret) != 32 {
			return Keys{}, fmt.Errorf("the key %q has %d bytes, not 32", key.ID, len(key.Secret))
		}
		if k.by[key.ID] != nil {
			return Keys{}, fmt.Errorf("two keys have the id %q", key.ID)
		}
		if k.by[key.ID], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return Keys{}, fmt.Errorf("use the key %q: %w", key.ID, err)
		}
	}
	if len(list) == 0 {
		return Keys{}, errors.New("there is no key")
	}
	k.first = list[0].ID
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
