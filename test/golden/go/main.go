// Command verify checks an exported log with Go's own transparency-log code (golang.org/x/mod/sumdb), which shares
// nothing with Gatebook: the signature of the checkpoint, every tile against its root, every leaf of every entry bundle,
// inclusion proofs, and the consistency with an older signed checkpoint.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// c2spTiles reads tiles from a directory laid out as https://c2sp.org/tlog-tiles: sumdb's paths carry the tile height,
// C2SP's do not because it is always 8.
type c2spTiles struct{ dir string }

func (c2spTiles) Height() int { return tileHeight }

func (t c2spTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	read := make([][]byte, len(tiles))
	for i, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
		bytes, err := os.ReadFile(filepath.Join(t.dir, filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		read[i] = bytes
	}
	return read, nil
}

func (c2spTiles) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: verify TILES VKEY-FILE OLDER-CHECKPOINT-FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir, vkeyFile, olderFile string) error {
	vkey, err := os.ReadFile(vkeyFile)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return fmt.Errorf("verifier key: %w", err)
	}
	tree, err := openCheckpoint(filepath.Join(dir, "checkpoint"), verifier)
	if err != nil {
		return err
	}
	older, err := openCheckpoint(olderFile, verifier)
	if err != nil {
		return err
	}
	// Authenticates every tile it hands out against the signed root.
	hashes := tlog.TileHashReader(tree, c2spTiles{dir})
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return fmt.Errorf("tiles: %w", err)
	}
	if root != tree.Hash {
		return fmt.Errorf("tiles give the root %v, the checkpoint says %v", root, tree.Hash)
	}
	leaves, err := checkEntries(dir, tree, hashes)
	if err != nil {
		return err
	}
	if err := checkConsistency(tree, older, hashes); err != nil {
		return err
	}
	fmt.Printf("OK origin=%s size=%d root=%v leaves=%d older=%d\n", verifier.Name(), tree.N, tree.Hash, leaves, older.N)
	return nil
}

func openCheckpoint(path string, verifier note.Verifier) (tlog.Tree, error) {
	message, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("%s: %w", path, err)
	}
	lines := strings.Split(strings.TrimSuffix(signed.Text, "\n"), "\n")
	if len(lines) != 3 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("%s is not a checkpoint of %s", path, verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// checkEntries compares every leaf of every entry bundle with its authenticated leaf hash, and proves some of them.
func checkEntries(dir string, tree tlog.Tree, hashes tlog.HashReader) (int64, error) {
	for n := int64(0); n < tree.N; {
		width := min(tree.N-n, 1<<tileHeight)
		tile := tlog.Tile{H: tileHeight, L: -1, N: n >> tileHeight, W: int(width)}
		path := "tile/entries/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/data/", tileHeight))
		bundle, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
		if err != nil {
			return 0, err
		}
		for i := int64(0); i < width; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return 0, fmt.Errorf("%s ends inside entry %d", path, n+i)
			}
			length := int(binary.BigEndian.Uint16(bundle))
			if err := checkEntry(bundle[2:2+length], n+i, tree, hashes); err != nil {
				return 0, err
			}
			bundle = bundle[2+length:]
		}
		if len(bundle) != 0 {
			return 0, fmt.Errorf("%s has %d bytes too many", path, len(bundle))
		}
		n += width
	}
	return tree.N, nil
}

func checkEntry(leaf []byte, n int64, tree tlog.Tree, hashes tlog.HashReader) error {
	hash := tlog.RecordHash(leaf)
	stored, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
	if err != nil {
		return err
	}
	if stored[0] != hash {
		return fmt.Errorf("entry %d does not have the hash in its tile", n)
	}
	proof, err := tlog.ProveRecord(tree.N, n, hashes)
	if err != nil {
		return fmt.Errorf("inclusion of %d: %w", n, err)
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, hash); err != nil {
		return fmt.Errorf("inclusion of %d: %w", n, err)
	}
	return nil
}

func checkConsistency(tree, older tlog.Tree, hashes tlog.HashReader) error {
	proof, err := tlog.ProveTree(tree.N, older.N, hashes)
	if err != nil {
		return fmt.Errorf("consistency with %d: %w", older.N, err)
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash); err != nil {
		return fmt.Errorf("consistency with %d: %w", older.N, err)
	}
	return nil
}
