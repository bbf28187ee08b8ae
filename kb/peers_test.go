package kb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/migrations/pgtest"
)

// peerSchema is the glossary as one would build it well with PostgreSQL alone: the names as keys (b-tree), as trigrams (GIN) and
// the texts as a weighted tsvector (GIN). One function asks it in one round trip, in stages that end at the first success: the
// name itself, also in the singular and without the question around it; a name that begins so; similar names, if the query is
// short enough for one; texts that hold all words; texts that hold some, by rank. "Sure" is what it would show as the
// definition, the others it would suggest. Thresholds were chosen with testdata/search.txt, as ours were.
const peerSchema = `
create schema peer;
create extension if not exists pg_trgm with schema public;
create table peer.entry (slug text primary key, tsv tsvector not null);
create table peer.name (slug text not null, name text not null, key text not null, term boolean not null);
create function peer.key(t text) returns text language sql immutable as $$ select regexp_replace(lower(t), '[^[:alnum:]]', '', 'g') $$;
create function peer.define(asked text) returns table (slug text, sure boolean) language plpgsql stable
set pg_trgm.similarity_threshold = 0.4 as $$
#variable_conflict use_column
declare
	plain text := regexp_replace(regexp_replace(lower(asked), '^\W*(what(''s| is| are| does| do)?|define:?|explain|describe|tell me about|how (do|does))( an?| the)? ', ''),
		'( (do|does|mean|work|works|stand for|used for|please))?\W*$', '');
	whole text := peer.key(asked);
	k text := peer.key(plain);
	query tsquery;
begin
	return query select n.slug, true from peer.name n where n.key in (whole, k, regexp_replace(k, 's$', ''), k || 's') order by n.term desc limit 1;
	if found then return; end if;
	if length(k) >= 4 then
		return query select n.slug, count(*) over () = 1 from
			(select n.slug, min(length(n.key)) as len from peer.name n where n.key like k || '%' group by n.slug order by len limit 5) n;
		if found then return; end if;
	end if;
	if length(k) >= 3 and array_length(regexp_split_to_array(plain, '\W+'), 1) <= 5 then
		return query select n.slug, n.near >= 0.5 from
			(select n.slug, max(similarity(n.name, plain)) as near from peer.name n where n.name % plain group by n.slug order by near desc limit 5) n;
		if found then return; end if;
	end if;
	query := websearch_to_tsquery('english', regexp_replace(plain, '[^[:alnum:] ]', ' ', 'g'));
	if numnode(query) = 0 then return; end if;
	return query select e.slug, true from peer.entry e where e.tsv @@ query order by ts_rank(e.tsv, query) desc limit 5;
	if found then return; end if;
	query := replace(query::text, '&', '|')::tsquery;
	return query select e.slug, false from peer.entry e where e.tsv @@ query order by ts_rank(e.tsv, query) desc limit 5;
end
$$;`

const peerIndexes = `
create index on peer.name (key text_pattern_ops);
create index on peer.name using gin (name gin_trgm_ops);
create index on peer.entry using gin (tsv);
analyze peer.name; analyze peer.entry;`

// openPeer gives PostgreSQL the same entries.
func openPeer(b *testing.B, pool *pgxpool.Pool, entries []Entry) {
	b.Helper()
	ctx := b.Context()
	if _, err := pool.Exec(ctx, peerSchema); err != nil {
		b.Fatalf("make the peer: %v\nIt needs PostgreSQL's extension pg_trgm; on Debian it comes with the package postgresql, elsewhere with postgresql-contrib.", err)
	}
	var names [][]any
	batch := &pgx.Batch{}
	for _, e := range entries {
		all := slices.Concat([]string{e.Term}, withoutParentheses(e.Term), e.Aliases)
		for i, n := range all {
			names = append(names, []any{e.Slug, strings.ToLower(n), key(words(n)), i == 0})
		}
		batch.Queue(`insert into peer.entry values ($1, setweight(to_tsvector('english', $2), 'A') || setweight(to_tsvector('english', $3), 'B') || setweight(to_tsvector('english', $4), 'D'))`,
			e.Slug, strings.Join(all, " "), strings.Join(append([]string{e.Definition}, e.Phrases...), " "), strings.Join([]string{e.Details, e.Tip, e.Changed}, " "))
	}
	if err := pool.SendBatch(ctx, batch).Close(); err != nil {
		b.Fatal(err)
	}
	if _, err := pool.CopyFrom(ctx, pgx.Identifier{"peer", "name"}, []string{"slug", "name", "key", "term"}, pgx.CopyFromRows(names)); err != nil {
		b.Fatal(err)
	}
	if _, err := pool.Exec(ctx, peerIndexes); err != nil {
		b.Fatal(err)
	}
}

// A peerCase is a query and the slug that should come first; "" when nothing may be answered.
type peerCase struct{ kind, query, slug string }

// A hit is what came first, and whether it was shown as the definition.
type hit struct {
	slug string
	sure bool
}

func (c peerCase) ok(h hit) bool { return h.slug == c.slug || c.slug == "" && !h.sure }

// An asker is one of the two.
type asker func(ctx context.Context, query string) (hit, error)

func ours(g *Glossary) asker {
	return func(ctx context.Context, query string) (hit, error) {
		a, err := g.Define(ctx, "slack/T1", query)
		switch {
		case err != nil:
			return hit{}, err
		case a.Entry != nil:
			return hit{a.Entry.Slug, true}, nil
		case len(a.Suggestions) > 0:
			return hit{a.Suggestions[0].Slug, false}, nil
		}
		return hit{}, nil
	}
}

func theirs(pool *pgxpool.Pool) asker {
	return func(ctx context.Context, query string) (hit, error) {
		rows, err := pool.Query(ctx, `select slug, sure from peer.define($1)`, strings.ReplaceAll(query, "\x00", " "))
		if err != nil {
			return hit{}, err
		}
		hits, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h hit, err error) { return h, row.Scan(&h.slug, &h.sure) })
		if err != nil || len(hits) == 0 {
			return hit{}, err
		}
		return hits[0], nil
	}
}

// A result is how one of the two did on one kind of query.
type result struct {
	right int
	took  []time.Duration
}

func (r result) quantile(per, of int) time.Duration { return r.took[(len(r.took)-1)*per/of] }

func measure(b *testing.B, cases []peerCase, ask asker) result {
	b.Helper()
	var r result
	for _, c := range cases {
		began := time.Now()
		h, err := ask(b.Context(), c.query)
		r.took = append(r.took, time.Since(began))
		if err != nil {
			b.Fatalf("%q: %v", c.query, err)
		}
		if c.ok(h) {
			r.right++
		}
	}
	slices.Sort(r.took)
	return r
}

const casesPerKind = 80

// peerCases are queries for the built-in entries from testdata/search.txt, and for some of the generated ones.
func peerCases(b *testing.B, more []Entry) (cases []peerCase) {
	b.Helper()
	random := rand.New(rand.NewPCG(7, uint64(len(more))))
	kinds := map[string][]peerCase{}
	for _, c := range readSearchCases(b) {
		kinds[c.kind] = append(kinds[c.kind], peerCase{c.kind, c.query, strings.Trim(c.slug, "?")})
	}
	for range casesPerKind {
		e := more[random.IntN(len(more))]
		for kind, query := range generatedQueries(random, e) {
			kinds[kind] = append(kinds[kind], peerCase{kind, query, e.Slug})
		}
	}
	for _, kind := range peerKinds {
		random.Shuffle(len(kinds[kind]), func(i, j int) { kinds[kind][i], kinds[kind][j] = kinds[kind][j], kinds[kind][i] })
		cases = append(cases, kinds[kind][:min(casesPerKind, len(kinds[kind]))]...)
	}
	return cases
}

var peerKinds = []string{"exact", "case", "plural", "split", "short", "alias", "name", "question", "typo", "prefix", "description", "held-out",
	"nonsense", "other", "elsewhere", "made exact", "made typo", "made prefix", "made words", "made description"}

// madeTerms makes n entries that look like terms of a company on top of Kubernetes: CamelCase names of made-up words and usual
// ones, an alias, and definitions in the words of the built-in glossary. The same n gives the same entries.
func madeTerms(b *testing.B, n int) []Entry {
	b.Helper()
	random := rand.New(rand.NewPCG(3, uint64(n)))
	builtin, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	var vocabulary []string
	for _, e := range builtin {
		vocabulary = append(vocabulary, words(e.Definition)...)
	}
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	starts := strings.Fields("ar bel cor dan el fen gra hal is jun kor lum mer nor ost pra quin ras sel tor ul ver wal yor zen bri cla dro fli gly ple shi tra")
	middles := strings.Fields("a ab ac e el en er i ib id il o ob on or u um un ya")
	ends := strings.Fields("ba ck da fer gon ka lis met nox pra ris sol tis van xor zel ding mar nel pitch rund stal")
	made := func() string { return pick(starts) + pick(middles) + pick(ends) }
	nouns := strings.Fields("Policy Controller Class Set Claim Template Gateway Route Mesh Cache Queue Pool Group Binding Token Agent Proxy Volume Profile Budget")
	entries := make([]Entry, n)
	for i := range entries {
		first, second, noun := made(), made(), pick(nouns)
		said := []string{"Something that"}
		for range 10 + random.IntN(8) {
			said = append(said, pick(vocabulary))
		}
		said = append(said, "with", made(), "and", made())
		entries[i] = Entry{Slug: fmt.Sprintf("%s-%s-%s-%d", first, second, strings.ToLower(noun), i), Term: capital(first) + capital(second) + noun,
			Aliases: []string{first[:2] + second[:2] + fmt.Sprint(i)}, Definition: strings.Join(said, " ") + ".", Source: "made"}
	}
	return entries
}

func capital(w string) string { return strings.ToUpper(w[:1]) + w[1:] }

// generatedQueries are ways to ask for a made entry.
func generatedQueries(random *rand.Rand, e Entry) map[string]string {
	named, said := camelWords(e.Term), words(e.Definition)
	typo := []byte(e.Term)
	switch at := 1 + random.IntN(len(typo)-2); random.IntN(3) {
	case 0:
		typo[at], typo[at+1] = typo[at+1], typo[at]
	case 1:
		typo = slices.Delete(typo, at, at+1)
	default:
		typo = slices.Insert(typo, at, byte('a'+random.IntN(26)))
	}
	return map[string]string{
		"made exact":       strings.Join(named, " "),
		"made typo":        string(typo),
		"made prefix":      e.Term[:len(e.Term)*7/10],
		"made words":       named[2] + " " + named[0] + " " + named[1],
		"made description": "what is it that is " + strings.Join(said[3:6], " ") + " and " + strings.Join(said[len(said)-4:], " "),
	}
}

// BenchmarkPeers asks us and PostgreSQL's full text search with pg_trgm the same, over the same entries, in one run, and prints
// how often what came first was right, the latency of both, and how the latency grows with the entries.
func BenchmarkPeers(b *testing.B) {
	var report strings.Builder
	small := map[string][2]time.Duration{}
	for _, size := range []int{200, 10_000, 100_000} {
		builtin, err := Builtin()
		if err != nil {
			b.Fatal(err)
		}
		made := madeTerms(b, size-len(builtin))
		pool := pgtest.New(b)
		first := openOn(b, pool, Options{})
		writeRows(b, first, "slack/T1", made)
		openPeer(b, pool, append(builtin, made...))
		g := openOn(b, pool, Options{})
		fmt.Fprintf(&report, "\n%d entries%46s%34s\n", size, "ckadbot", "PostgreSQL")
		for _, kind := range peerKinds {
			cases := slices.DeleteFunc(peerCases(b, made), func(c peerCase) bool { return c.kind != kind })
			we, they := measure(b, cases, ours(g)), measure(b, cases, theirs(pool))
			fmt.Fprintf(&report, "  %-17s %4d queries %6.1f %% %8s %8s %10.1f %% %8s %8s   %5.1fx", kind, len(cases),
				percent(we.right, len(cases)), brief(we.quantile(1, 2)), brief(we.quantile(99, 100)),
				percent(they.right, len(cases)), brief(they.quantile(1, 2)), brief(they.quantile(99, 100)),
				float64(they.quantile(1, 2))/float64(we.quantile(1, 2)))
			if before, ok := small[kind]; ok {
				fmt.Fprintf(&report, "   grew %6.1fx / %6.1fx", float64(we.quantile(1, 2))/float64(before[0]), float64(they.quantile(1, 2))/float64(before[1]))
			} else {
				small[kind] = [2]time.Duration{we.quantile(1, 2), they.quantile(1, 2)}
			}
			report.WriteByte('\n')
		}
	}
	fmt.Print(report.String()) // b.Log prints ten lines only
}

func brief(d time.Duration) string { return fmt.Sprintf("%.3f ms", float64(d.Microseconds())/1000) }
