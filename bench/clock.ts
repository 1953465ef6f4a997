/** In ms, the same in all processes of the machine: what the simulator's `stanzaTimes` tells. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
