import type { FormProblem } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';

/** Events that belong together, with what they tell. */
export interface EventGroup {
  title: string;
  events: readonly EventChoice[];
}

export interface EventChoice {
  name: string;
  text: string;
  /** What is delivered, as an example. */
  sample: object;
}

interface ChecklistProps {
  /** Id of the form. */
  form: string;
  groups: readonly EventGroup[];
  chosen: readonly string[];
  problem: FormProblem | undefined;
}

/** Which events are told. The boxes of the groups and the counter follow by script; without it there are only the events. */
export function EventChecklist({ form, groups, chosen, problem }: ChecklistProps) {
  const isChosen = (name: string): boolean =>
    problem ? problem.values[`events.${name}`] === 'true' : chosen.includes(name);
  const all = groups.flatMap(({ events }) => events);
  const error = problem?.fields.find(({ field }) => field === 'events')?.message;
  const id = `${form}-events`;
  return (
    <fieldset
      id={id}
      class="stack-s"
      data-checklist=""
      tabindex={-1}
      aria-describedby={error === undefined ? undefined : `${id}-error`}
    >
      <legend class="checklist-legend">
        Events{' '}
        <span class="chip figures" data-checklist-count="">
          {all.filter(({ name }) => isChosen(name)).length} of {all.length}
        </span>
      </legend>
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`}>
          <Icon name="circle-alert" />
          <span>Events {error}.</span>
        </p>
      )}
      <div class="event-groups">
        {groups.map((group) => (
          <Group key={group.title} group={group} isChosen={isChosen} />
        ))}
      </div>
    </fieldset>
  );
}

function Group({ group, isChosen }: { group: EventGroup; isChosen: (name: string) => boolean }) {
  return (
    <fieldset class="event-group" data-checklist-group="">
      <legend>
        <span class="event-group-title">{group.title}</span>
      </legend>
      <label class="check needs-script">
        <input type="checkbox" data-checklist-all="" />
        <span>
          All<span class="visually-hidden"> of {group.title}</span>
        </span>
      </label>
      {group.events.map(({ name, text, sample }) => (
        <div key={name} class="event-choice">
          <label class="check">
            <input type="checkbox" name={`events.${name}`} value="true" checked={isChosen(name)} />
            <span>
              <code>{name}</code>
              <span class="hint block">{text}</span>
            </span>
          </label>
          <Sample name={name} delivery={sample} />
        </div>
      ))}
    </fieldset>
  );
}

function Sample({ name, delivery }: { name: string; delivery: object }) {
  return (
    <details class="disclosure event-sample">
      <summary>
        <Icon name="chevron-right" />
        Sample<span class="visually-hidden"> of {name}</span>
      </summary>
      <pre tabindex={0} role="group" aria-label={`A delivery of ${name}`}>
        {JSON.stringify(delivery, null, 2)}
      </pre>
    </details>
  );
}
