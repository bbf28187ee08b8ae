//go:build linux || darwin

package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"syscall"
)

// nobody is the uid and gid that Linux and most others reserve for nobody in particular.
const nobody = 65534

// An account is whom PostgreSQL's programs run as.
type account struct {
	uid, gid  int
	switched  bool // run as uid and gid instead of as ourselves
	namespace bool // run as ourselves, but numbered as nobody in a user namespace
}

func (a account) String() string {
	switch {
	case a.namespace:
		return "nobody in a user namespace"
	case a.switched:
		return "uid " + strconv.Itoa(a.uid)
	}
	return "the user of this process"
}

// chooseAccount decides whom the server runs as, and makes sure that it can enter the data directory and run the server
// program. An ordinary user has no choice. For root the owner of an existing cluster decides.
func chooseAccount(ctx context.Context, b build, dataDir, cluster string) (account, error) {
	uid := os.Geteuid()
	owner, exists, err := ownerOf(cluster)
	if err != nil {
		return account{}, err
	}
	if uid != 0 {
		if exists && owner.uid != uid {
			return account{}, fmt.Errorf("the database in %s belongs to uid %d: start as that user, or choose another CKADBOT_DATA_DIR", cluster, owner.uid)
		}
		return ordinary(ctx, b, dataDir), nil
	}
	inNamespace := account{namespace: true, uid: uid, gid: os.Getegid()}
	candidates := []account{unprivileged(), inNamespace}
	switch {
	case exists && owner.uid == 0:
		candidates = []account{inNamespace}
	case exists:
		owner.switched = true
		candidates = []account{owner}
	}
	var reasons []error
	for _, a := range candidates {
		err := a.enter(ctx, b, dataDir)
		if err == nil {
			return a, nil
		}
		reasons = append(reasons, fmt.Errorf("as %v: %w", a, err))
	}
	return account{}, fmt.Errorf("PostgreSQL does not run as root, and nobody else can be used for %s (%w): "+
		"start as an ordinary user, or set DATABASE_URL", dataDir, errors.Join(reasons...))
}

// ordinary is an ordinary user's account. One without a name, as containers like to have, is somebody only in a user
// namespace, where it has nobody's number: initdb insists on a name.
func ordinary(ctx context.Context, b build, dataDir string) account {
	self := account{uid: os.Geteuid(), gid: os.Getegid()}
	named := self
	named.namespace = true
	if _, err := user.LookupId(strconv.Itoa(self.uid)); err == nil || named.enter(ctx, b, dataDir) != nil {
		return self
	}
	return named
}

// unprivileged is the account for a new cluster of root's.
func unprivileged() account {
	a := account{uid: nobody, gid: nobody, switched: true}
	u, err := user.Lookup("postgres")
	if err != nil {
		return a
	}
	uid, errUID := strconv.Atoi(u.Uid)
	gid, errGID := strconv.Atoi(u.Gid)
	if errUID == nil && errGID == nil && uid != 0 {
		a.uid, a.gid = uid, gid
	}
	return a
}

// enter tries the account out. The data directory itself is given to it when that is what it takes.
func (a account) enter(ctx context.Context, b build, dataDir string) error {
	if a.namespace && runtime.GOOS != "linux" {
		return errors.ErrUnsupported
	}
	try := func() error {
		return a.run(a.command(ctx, dataDir, b.program("postgres"), "--version"))
	}
	err := try()
	if err == nil || !a.switched || !errors.Is(err, syscall.EACCES) {
		return err
	}
	before, _, statErr := ownerOf(dataDir)
	if statErr != nil || os.Chown(dataDir, a.uid, a.gid) != nil {
		return err
	}
	if err = try(); err != nil {
		_ = os.Chown(dataDir, before.uid, before.gid)
	}
	return err
}

// own gives a directory that we made to the account.
func (a account) own(path string) error {
	if !a.switched {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// give gives an open file to the account, so that its own user can be the next to start.
func (a account) give(f *os.File) error {
	if !a.switched {
		return nil
	}
	return f.Chown(a.uid, a.gid)
}

// command prepares a program of PostgreSQL's. Its environment is empty but for what it needs: ours has tokens in it.
// When ctx ends the program is killed.
func (a account) command(ctx context.Context, dir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is meant for us
	if a.switched {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	a.adjust(cmd.SysProcAttr)
	return cmd
}

// ownerOf returns the owner of a file and whether there is one.
func ownerOf(path string) (account, bool, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return account{}, false, nil
	}
	if err != nil {
		return account{}, false, err
	}
	stat := info.Sys().(*syscall.Stat_t)
	return account{uid: int(stat.Uid), gid: int(stat.Gid)}, true, nil
}
