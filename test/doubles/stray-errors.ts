/** Takes what nobody handles in this process, in place of whoever listens, until `stop`. */
export function strayErrors(): { readonly thrown: unknown[]; readonly rejected: unknown[]; stop(): void } {
  const thrown: unknown[] = [];
  const rejected: unknown[] = [];
  const uncaught = process.listeners('uncaughtException');
  const unhandled = process.listeners('unhandledRejection');
  process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => thrown.push(error));
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', (error) => rejected.push(error));
  return {
    thrown,
    rejected,
    stop() {
      process.removeAllListeners('uncaughtException').removeAllListeners('unhandledRejection');
      for (const listener of uncaught) process.on('uncaughtException', listener);
      for (const listener of unhandled) process.on('unhandledRejection', listener);
    },
  };
}
