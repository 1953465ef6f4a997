/** A share from 0 to 1; all is said only when it is all, and nothing only when it is nothing. */
export function inPercent(share: number): string {
  const percent = share * 100;
  const rounded = percent > 99 && percent < 100 ? Math.floor(percent * 10) / 10 : Math.round(percent);
  return `${percent > 0 && rounded === 0 ? '<1' : rounded} %`;
}
