//go:build linux || darwin

package pgserver

import (
	"context"
	"errors"
)

func (c Config) fetch(ctx context.Context, major int) (build, error) {
	return build{}, errors.New("no PostgreSQL" + ifVersion(major))
}
