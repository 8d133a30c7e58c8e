package localpg

import (
	"context"
	"errors"
	"os"
	"syscall"
)

func supported() error {
	return errors.New("a private Postgres is not supported on Windows: run this inside WSL, or set DATABASE_URL where the command uses it")
}

// account has no meaning here: supported refuses before any is asked for.
type account struct {
	name     string
	uid, gid int
	other    bool
}

func serverAccount(string) (account, error)                    { return account{}, supported() }
func (account) attributes(syscall.Signal) *syscall.SysProcAttr { return nil }
func (account) makePrivate(string) error                       { return supported() }
func (account) own(string) error                               { return supported() }
func (account) reaches(string) error                           { return supported() }
func owner(string) (uid, gid int, err error)                   { return 0, 0, supported() }
func lockFolder(string) (*os.File, error)                      { return nil, supported() }
func alive(int) bool                                           { return false }
func serves(int, string) bool                                  { return false }
func tieToUs(int) (untie func(), err error)                    { return func() {}, supported() }
func waitForLock(context.Context, *os.File) error              { return supported() }
