import type { Child } from '../doubles/child-process.ts';

const mostComplaints = 10;

/** The last warnings and errors of a process. */
export function complaints({ lines, errors, process: { pid } }: Child): string[] {
  const told = [...lines.filter((line) => /^\S+ (WARN|ERROR)/.test(line)), ...errors];
  return told.slice(-mostComplaints).map((line) => `[${pid}] ${line.slice(0, 300)}`);
}
