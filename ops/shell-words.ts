/** Words as one line to paste into a shell: ids come from others, and must not be taken for anything but words there. Pure. */
export function shellWords(...words: string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
