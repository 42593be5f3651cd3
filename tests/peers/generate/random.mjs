// Seeded choices: the same seed gives the same cases on every machine.
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  // mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
  #next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  below(end) {
    return this.#next() % end;
  }

  /** From `first` to `last`, both included. */
  between(first, last) {
    return first + this.below(last - first + 1);
  }

  chance(percent) {
    return this.below(100) < percent;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** One or more different elements. */
  some(list, most = 3) {
    const chosen = new Set([this.pick(list)]);
    for (let more = this.below(most); more > 0; --more) {
      chosen.add(this.pick(list));
    }
    return [...chosen];
  }

  list(count, make) {
    return Array.from({ length: count }, (_, index) => make(index));
  }
}
