package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/kb"
)

// exports is the command that writes a workspace's glossary into a file.
type exports struct {
	File      string `arg:"" optional:"" help:"Where to; without it, to standard output."`
	Format    string `enum:",yaml,json,csv" default:"" help:"yaml, json or csv; without it, what the file's name says, else yaml."`
	Workspace string `default:"*" help:"Whose: * for what everybody in this installation sees, or a workspace such as slack/T012."`
	All       bool   `help:"The built-in glossary, too."`
	Force     bool   `help:"Replace the file if it is there."`
}

// Run exports what the workspace wrote and imported.
func (e exports) Run(s session) error {
	if err := checkWorkspace(e.Workspace); err != nil {
		return err
	}
	format, err := e.format()
	if err != nil {
		return err
	}
	if err := e.free(); err != nil { // before a database is started
		return err
	}
	pool, closeAll, err := openDatabase(s) // what is stored is enough
	if err != nil {
		return err
	}
	defer closeAll()
	opt := kb.ExportOptions{Format: format, Builtin: e.All}
	if e.File == "" {
		n, err := kb.Export(s.ctx, pool, e.Workspace, s.out, opt)
		if err == nil {
			s.progress(fmt.Sprintf("%d entries exported.", n))
		}
		return err
	}
	n, err := e.write(s, pool, opt)
	if err == nil {
		fmt.Fprintf(s.out, "%d entries exported to %s.\n", n, e.File)
	}
	return err
}

func (e exports) format() (kb.Format, error) {
	ext := strings.ToLower(filepath.Ext(e.File))
	switch {
	case e.Format != "":
		return kb.Format(e.Format), nil
	case e.File == "" || ext == ".yaml" || ext == ".yml":
		return kb.FormatYAML, nil
	case ext == ".json" || ext == ".csv":
		return kb.Format(ext[1:]), nil
	}
	return "", fmt.Errorf("%s: a name that ends in .yaml, .json or .csv tells the format; else say it with --format", e.File)
}

// free refuses to write over something.
func (e exports) free() error {
	info, err := os.Lstat(e.File)
	switch {
	case e.File == "" || errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("export: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is a folder, a link or a device: name another file", e.File)
	case !e.Force:
		return fmt.Errorf("%s is there already: name another file, or replace it with --force", e.File)
	}
	return nil
}

// write writes a file beside the one asked for and renames it when it is whole:
// whoever reads the file meanwhile, or finds it after a crash, has all or nothing.
func (e exports) write(s session, pool *pgxpool.Pool, opt kb.ExportOptions) (n int, err error) {
	part, err := os.CreateTemp(filepath.Dir(e.File), "."+filepath.Base(e.File)+".*")
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	defer os.Remove(part.Name()) // not there any more when all went well
	n, err = kb.Export(s.ctx, pool, e.Workspace, part, opt)
	if err == nil {
		err = part.Chmod(0o644) // as others are, not for its owner only
	}
	if err == nil {
		err = part.Sync()
	}
	if err = errors.Join(err, part.Close()); err != nil {
		return 0, fmt.Errorf("export to %s: %w", e.File, err)
	}
	if err := e.free(); err != nil { // again: exporting took a while
		return 0, err
	}
	if err := os.Rename(part.Name(), e.File); err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	return n, nil
}
