/**
 * Makes a provider's word fit for a log or a metric: at most 100 characters of `A-Z a-z 0-9 . _ : / -`, every other one
 * replaced by `?`. So neither a line break nor an email address can hide in an event type.
 */
export function label(text: string): string {
  return text.slice(0, 100).replaceAll(/[^\w.:/-]/g, "?");
}
