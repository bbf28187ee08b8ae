// Package quiz asks, listens and keeps score.
//
// # The model
//
// A round is a set of questions put to an audience for a while. A series opens one in all its channels whenever its
// schedule says so, somebody asks for one of a single question in a channel, and a duel is one for two players. Each
// round keeps its questions as they were shown, so the bank can change under it. A post is a round in one channel: it
// is put there, and edited with the result when the round is over. A player gives one answer to each question.
//
// Practice, review and mock exam are rounds for one person alone. They are posted nowhere: the player finds them from
// any channel, and nobody else does. They count on no board, but what is answered there is seen, and comes back for review
// like everything else.
//
// There are five kinds of questions (see QuestionKind). An answer is one number whatever the kind, right if it is the key
// of the question; a typed answer is graded into such a number when it comes, by the rule at the top of typed.go.
//
// The bank is shared by all workspaces of a database. People report what is wrong with a question, and the admins of a workspace
// decide about it for that one: it asks its own version, or not at all, or answers in past rounds do not count. See edit.go.
//
// # What is stored
//
// Everything is in PostgreSQL, schema quiz; the migrations describe each table. Only the question bank is cached, as long
// as its version in the database is the same: any number of processes may use one database, and each may be killed at any
// moment.
//
// Answers are the truth, and what they are worth follows from them, the keys and the rounds (see Worth), so a corrected key
// grades everybody anew. The sums that leaderboards are made of are kept beside the answers, as a million players cannot be
// added up whenever somebody looks: the top of score.go tells how they stay right, and Rebuild makes them again. Nothing is counted
// before it may be known: while a series' round is open, no board, no statistics and no progress tells who is right.
//
// # Who decides races
//
// The database does. Answers are stored by one statement that also checks that the round is open; a series is due once because
// it is claimed with SKIP LOCKED and because (series, due) is unique; a post is leased, and no transaction is open
// while a chat platform is called. A round is sealed before its result is counted: what was in time but waited longer
// than that, an answer or an acceptance, comes too late, so a result never changes once it is shown.
//
// Posting is at least once: a crash between the platform's yes and our writing it down leads to a second attempt with
// the same idempotency key, and with the time of the first attempt for those platforms where a look at the channel must
// tell. One loss is known: if the round is over before that, since it ends within the minute of the lease or nothing runs
// until then, there is no second attempt. It would post a closed question wherever there is no message yet, as not every
// platform can look for one without posting it. A message from before the crash then stays as it was, without its
// result; who presses its buttons is told that the round is closed, and the answer.
//
// # Time
//
// The clock is Options.Now; PostgreSQL only compares. Times of day are wall clocks in an IANA zone (see Schedule).
package quiz
