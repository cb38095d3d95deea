// Reads one question as JSON and checks it with Go's own packages for signed notes and transparency logs.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct{ Vkey, Proof, Leaf, Hashes, Earlier string }

func hash(text string) (h tlog.Hash, err error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err == nil && len(data) != len(h) {
		err = fmt.Errorf("a hash has %d bytes", len(data))
	}
	copy(h[:], data)
	return h, err
}

// head verifies a checkpoint and returns its size and root.
func head(data, vkey string) (size int64, root tlog.Hash, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, root, err
	}
	opened, err := note.Open([]byte(data), note.VerifierList(verifier))
	if err != nil {
		return 0, root, err
	}
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		return 0, root, fmt.Errorf("the first line is %q", lines[0])
	}
	if _, err = fmt.Sscanf(lines[1], "%d", &size); err != nil {
		return 0, root, err
	}
	root, err = hash(lines[2])
	return size, root, err
}

func check(q question) (index, size int64, err error) {
	parts := strings.SplitN(q.Proof, "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, 0, fmt.Errorf("the first line is %q", lines[0])
	}
	if _, err = fmt.Sscanf(lines[1], "index %d", &index); err != nil {
		return 0, 0, err
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		h, err := hash(line)
		if err != nil {
			return 0, 0, err
		}
		path = append(path, h)
	}
	size, root, err := head(parts[1], q.Vkey)
	if err != nil {
		return 0, 0, err
	}
	if err := tlog.CheckRecord(path, size, root, index, tlog.RecordHash([]byte(q.Leaf))); err != nil {
		return 0, 0, err
	}
	return index, size, row(q, size, root)
}

// row reads the stored hashes as they lie on disk, and proves the earlier checkpoint consistent.
func row(q question, size int64, root tlog.Hash) error {
	data, err := os.ReadFile(q.Hashes)
	if err != nil {
		return err
	}
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, i := range indexes {
			var h tlog.Hash
			copy(h[:], data[i*tlog.HashSize:])
			found = append(found, h)
		}
		return found, nil
	})
	there, err := tlog.TreeHash(size, reader)
	if err != nil || there != root {
		return fmt.Errorf("the stored hashes give another root: %v", err)
	}
	old, oldRoot, err := head(q.Earlier, q.Vkey)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(size, old, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, size, root, old, oldRoot)
}

func main() {
	var q question
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil {
		fmt.Println(err)
		return
	}
	index, size, err := check(q)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("index %d of %d: ok\n", index, size)
}
