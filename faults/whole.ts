import { InvalidArgumentError } from "commander";

/** Reads an option that is a whole number. @throws InvalidArgumentError for anything else, or less */
export function whole(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least) return number;
    throw new InvalidArgumentError(`It has to be a whole number from ${least}.`);
  };
}
