import { hash } from "node:crypto";

/** A number from 0 to 1 (exclusive) that depends on the seed and the keys alone: the same in every run. */
export function draw(seed: string | number, ...keys: (string | number)[]): number {
  return hash("sha1", [seed, ...keys].join("\u0000"), "buffer").readUInt32BE(0) / 2 ** 32;
}

/** A generator of such numbers, for what is made in one go. */
export function dice(...keys: (string | number)[]): () => number {
  let turn = 0;
  const [seed = 0, ...rest] = keys;
  return () => draw(seed, ...rest, turn++);
}

/** One of these, by a number from 0 to 1. */
export function pick<Item>(items: readonly [Item, ...Item[]], number: number): Item {
  return items[Math.floor(number * items.length)] ?? items[0];
}

/** One of the keys, each as likely as its weight among all of them. */
export function pickWeighted<Key extends string>(
  weights: Readonly<Partial<Record<Key, number>>>,
  number: number,
): Key | undefined {
  const entries = Object.entries<number | undefined>(weights);
  let rest = number * entries.reduce((sum, [, weight = 0]) => sum + weight, 0);
  for (const [key, weight = 0] of entries) {
    rest -= weight;
    if (rest < 0 && isKey(weights, key)) return key;
  }
  return undefined;
}

function isKey<Key extends string>(weights: Readonly<Partial<Record<Key, number>>>, key: string): key is Key {
  return Object.hasOwn(weights, key);
}
