package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

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
	if err := free(e.File, e.Force); err != nil { // before a database is started
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
			s.progress(counted(n, "entry", "entries") + " exported.")
		}
		return err
	}
	n := 0
	err = writeWhole(e.File, e.Force, func(w io.Writer) (err error) {
		n, err = kb.Export(s.ctx, pool, e.Workspace, w, opt)
		return err
	})
	if err == nil {
		fmt.Fprintf(s.out, "%s exported to %s.\n", counted(n, "entry", "entries"), e.File)
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

// free refuses to write over something, or into a folder that is not there.
func free(file string, force bool) error {
	info, err := os.Lstat(file)
	switch folder := filepath.Dir(file); {
	case file == "":
		return nil
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(folder); err != nil {
			return fmt.Errorf("there is no folder %s: make it first, or name another file", folder)
		}
		return nil
	case err != nil:
		return fmt.Errorf("export: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is a folder, a link or a device: name another file", file)
	case !force:
		return fmt.Errorf("%s is there already: name another file, or replace it with --force", file)
	}
	return nil
}

// writeWhole writes a file beside the one asked for and renames it when it is whole:
// whoever reads the file meanwhile, or finds it after a crash, has all or nothing.
func writeWhole(file string, force bool, write func(io.Writer) error) error {
	part, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		if at, ok := errors.AsType[*fs.PathError](err); ok { // its path is one that nobody has asked for
			err = at.Err
		}
		return fmt.Errorf("export to %s: %w", file, err)
	}
	defer os.Remove(part.Name()) // not there any more when all went well
	err = write(part)
	if err == nil {
		err = part.Chmod(0o644) // as others are, not for its owner only
	}
	if err == nil {
		err = part.Sync()
	}
	if err = errors.Join(err, part.Close()); err != nil {
		return fmt.Errorf("export to %s: %w", file, err)
	}
	if err := free(file, force); err != nil { // again: exporting took a while
		return err
	}
	if err := os.Rename(part.Name(), file); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}
