// Writes vectors.json, the reference that the tests of this package replay. In an empty directory:
//
//   npm install ts-fsrs@5.4.2 && cp .../testdata/vectors.mjs . && node vectors.mjs > vectors.json
//
// ts-fsrs (MIT) is the TypeScript package of those who make FSRS. The sequences are the same each time: see random.
import { createEmptyCard, default_w, forgetting_curve, fsrs, FSRSVersion, Rating } from "ts-fsrs";

const minute = 60, hour = 60 * minute, day = 24 * hour;

// random is Park and Miller's generator, next = 48271 * last mod (2^31 - 1).
let last = 20260401;
const random = () => (last = (last * 48271) % 2147483647) / 2147483647;
const between = (low, high) => Math.floor(low + random() * (high - low + 1));
const oneOf = (list) => list[between(0, list.length - 1)];

// People of several habits, so that both ends of stability and difficulty are reached.
const habits = [
  [Rating.Again, Rating.Hard, Rating.Good, Rating.Easy],
  [Rating.Again, Rating.Good],
  [Rating.Again, Rating.Good, Rating.Good, Rating.Good, Rating.Good],
  [Rating.Hard, Rating.Good, Rating.Easy],
  [Rating.Again],
  [Rating.Easy],
];

// Some come back within minutes, some after years, some when they are told.
const gaps = [
  () => between(1, 59) * minute,
  () => between(1, 23) * hour + between(0, 59) * minute,
  () => between(1, 6) * day + between(0, day - 1),
  () => between(7, 60) * day + between(0, day - 1),
  () => between(60, 700) * day + between(0, day - 1),
  () => between(2, 30) * 365 * day + between(0, day - 1),
  (card) => card.scheduled_days * day,
  (card) => card.scheduled_days * day + between(0, 3 * day),
];

function sequence(scheduler, habit) {
  const start = Date.UTC(2026, 0, 1) / 1000 + between(0, 365 * day);
  let now = start, card = createEmptyCard(new Date(start * 1000));
  const reviews = [];
  for (let n = between(1, 30); n > 0; n--) {
    const gap = reviews.length === 0 ? 0 : oneOf(gaps)(card);
    const rating = oneOf(habit);
    now += gap;
    const next = scheduler.next(card, new Date(now * 1000), rating);
    const recall = card.reps === 0 ? 0 : forgetting_curve(scheduler.parameters.w, next.log.elapsed_days, card.stability);
    card = next.card;
    reviews.push([gap, rating, recall, card.stability, card.difficulty, card.scheduled_days, card.lapses]);
  }
  return { start, reviews };
}

function set(changes, count) {
  const options = { enable_fuzz: false, enable_short_term: true, learning_steps: [], relearning_steps: [], ...changes };
  const scheduler = fsrs(options);
  const sequences = Array.from({ length: count }, (_, i) => sequence(scheduler, habits[i % habits.length]));
  return { parameters: scheduler.parameters, sequences };
}

const sets = [
  set({}, 300),
  // Every weight changed, to show that each is used where it belongs.
  set({ w: default_w.map((w, i) => w * (i % 2 ? 1.1 : 0.9)), request_retention: 0.83, maximum_interval: 400 }, 90),
];

const lines = sets.map(({ parameters, sequences }) =>
  `{"parameters": ${JSON.stringify(parameters)},\n"sequences": [\n${sequences.map((s) => JSON.stringify(s)).join(",\n")}]}`);
console.log(`{"package": "ts-fsrs", "version": "${FSRSVersion}", "made_by": "vectors.mjs",
"start": "seconds since 1970",
"reviews": ["seconds since the review before", "rating", "recall before it", "stability", "difficulty", "days to the next", "lapses"],
"sets": [
${lines.join(",\n")}
]}`);
