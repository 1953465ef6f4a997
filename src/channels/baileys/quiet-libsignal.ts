const fromLibsignal = /[\\/]node_modules[\\/]libsignal[\\/]/;
let installed = false;

/** libsignal prints sessions with their private keys through `console`; nothing it says may leave this process. */
export function silenceLibsignal(): void {
  if (installed) return;
  installed = true;
  for (const level of ['info', 'warn', 'error', 'log'] as const) {
    const original = console[level].bind(console);
    console[level] = (...parts: unknown[]) => {
      if (!fromLibsignal.test(new Error('caller').stack ?? '')) original(...parts);
    };
  }
}
