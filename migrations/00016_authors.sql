-- +goose Up
-- Names change. Who decided about a question or a report, and who edited or decided about the glossary, is kept by id, too, so that
-- they can be found when they want to be forgotten. Bots of the release before write names only and may run beside newer ones; what
-- they write, and wrote before, is found by the name.

alter table quiz.question_edit
    add column by_id text not null default '' check (length(by_id) <= 200);
alter table quiz.report
    add column decided_id text not null default '' check (length(decided_id) <= 200);
comment on column quiz.question_edit.by_id   is 'Who decided, as the platform numbers people; by_name is for showing. Empty if only the name is known';
comment on column quiz.report.decided_id     is 'Who decided, likewise';

alter table kb.suggestion
    add column decided_id text not null default '';
comment on column kb.suggestion.decided_id is 'Who decided, as the platform numbers people; decided_by is for showing. Empty if only the name is known.';

alter table kb.entry   add column authors jsonb not null default '[]';
alter table kb.history add column authors jsonb not null default '[]';
comment on column kb.entry.authors is 'Those in changed_by who are known: objects of name, as it is there, and id, as the platform numbers people. Of a name that is not there, because a bot of the release before has written another, nothing is known.';
