const burst = 6;
const refillMs = 3_000;
/** Facts that come close together are answered by one request. */
const gatherMs = 10;
/** What holds live parts of its own lets them go first: they show the change sooner than it could. */
const afterPartsMs = 300;

interface Allowance {
  tokens: number;
  filledAt: number;
  waiting: boolean;
}

/**
 * A few refetches of a part at once, then one every three seconds: what a person does shows immediately, a flood does not
 * become a flood of requests.
 */
export function createBudget(spend: (part: Element) => void): { take(part: Element): void } {
  const allowances = new Map<string, Allowance>();

  function allowanceOf(id: string): Allowance {
    const now = performance.now();
    const known = allowances.get(id) ?? { tokens: burst, filledAt: now, waiting: false };
    const refilled = Math.floor((now - known.filledAt) / refillMs);
    known.tokens = Math.min(burst, known.tokens + refilled);
    known.filledAt += refilled * refillMs;
    allowances.set(id, known);
    return known;
  }

  return {
    take(part) {
      const allowance = allowanceOf(part.id);
      if (allowance.waiting) return;
      allowance.waiting = true;
      const pauseMs = part.querySelector('[data-live]') ? afterPartsMs : gatherMs;
      const waitMs = allowance.tokens > 0 ? pauseMs : refillMs - (performance.now() - allowance.filledAt);
      setTimeout(() => {
        allowance.waiting = false;
        allowanceOf(part.id).tokens -= 1;
        // The part may have replaced itself meanwhile.
        spend(document.getElementById(part.id) ?? part);
      }, waitMs);
    },
  };
}
