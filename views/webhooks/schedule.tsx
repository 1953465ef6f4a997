import { Icon } from '../partials/icon.tsx';

export interface ScheduleModel {
  /** In ms, before the second attempt and those that follow, each counted from the attempt before. */
  delaysMs: readonly number[];
}

const heightPx = 64;
const linePx = 24;

/** When a delivery is tried again, drawn to a scale on which each step stands for ten times as long. */
export function Schedule({ model: { delaysMs } }: { model: ScheduleModel }) {
  const afterMs = delaysMs.map((_, index) => sum(delaysMs.slice(0, index + 1)));
  const [firstMs = 1, lastMs = 1] = [afterMs[0], afterMs.at(-1)];
  const place = (ms: number): string => `${14 + (80 * Math.log(ms / firstMs)) / Math.log(lastMs / firstMs)}%`;
  const named = afterMs.filter((_, index) => index === 1 || index === 3 || index === afterMs.length - 1);
  const attempts = delaysMs.length + 1;
  return (
    <div class="stack-s">
      <svg
        class="schedule"
        width="100%"
        height={heightPx}
        role="img"
        aria-label={`${attempts} attempts: the first at once, the last after ${inWords(lastMs)}`}
      >
        <line x1="3%" x2="94%" y1={linePx} y2={linePx} />
        <circle cx="3%" cy={linePx} r="5" />
        <text x="0.5%" y={linePx + 26}>
          at once
        </text>
        {afterMs.map((ms) => (
          <circle key={ms} cx={place(ms)} cy={linePx} r="5" />
        ))}
        {named.map((ms) => (
          <text
            key={ms}
            x={ms === lastMs ? '100%' : place(ms)}
            y={linePx + 26}
            text-anchor={ms === lastMs ? 'end' : 'middle'}
          >
            {inWords(ms)}
          </text>
        ))}
      </svg>
      <details class="disclosure">
        <summary>
          <Icon name="chevron-right" />
          As a table
        </summary>
        <div class="table-wrap" tabindex={0} role="group" aria-label="The schedule">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Attempt</th>
                <th scope="col">After the one before</th>
                <th scope="col">After the first</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">1</th>
                <td>at once</td>
                <td />
              </tr>
              {delaysMs.map((ms, index) => (
                <tr key={index}>
                  <th scope="row">{index + 2}</th>
                  <td>{inWords(ms)}</td>
                  <td>about {inWords(afterMs[index] ?? ms)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 6) / 10;
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 2.4) / 10} days`;
}
