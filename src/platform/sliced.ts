/**
 * The bytes from `start` to before `end`, of a source that is read from its beginning. Throws when it ends before; what comes
 * after is not read unless the end is the source's own, whose last errors count.
 */
export async function* sliced(
  source: AsyncIterable<Uint8Array>,
  { start, end }: { start: number; end: number },
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of source) {
    const from = Math.max(0, start - at);
    const to = Math.min(chunk.length, end - at);
    at += chunk.length;
    if (to > from) yield chunk.subarray(from, to);
    if (at > end) return;
  }
  if (at < end) throw new Error('The source is shorter than it was said to be');
}
