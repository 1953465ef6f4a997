import type { Account } from '../../src/features/accounts/accounts.ts';
import type { FormProblem } from '../partials/form.tsx';
import { Notice } from '../partials/notice.tsx';
import { NumberField, SettingsSection } from './settings-parts.tsx';

type Preset = Account['settings']['pacing']['preset'];

const presets: Record<Preset, { title: string; text: string }> = {
  careful: {
    title: 'Careful',
    text: 'One message every 10 seconds; 50 take about 8 minutes. For a new number, or one that WhatsApp has warned.',
  },
  normal: {
    title: 'Normal',
    text: 'Five at once, then one every 5 seconds; 50 take about 4 minutes. Right for most shops.',
  },
  fast: {
    title: 'Fast',
    text: 'Five at once, then one every 2 seconds; 50 take about 2 minutes. For numbers that customers have known for long.',
  },
  unpaced: { title: 'No pace', text: 'Everything leaves at once, and nobody is seen typing. For tests.' },
  custom: { title: 'My own', text: 'You say how many a minute.' },
};

const order: readonly Preset[] = ['careful', 'normal', 'fast', 'custom', 'unpaced'];

/** How fast messages leave. */
export function PaceSection({ account, problem }: { account: Account; problem: FormProblem | undefined }) {
  const { kind, settings } = account;
  const { preset, perMinute, burst, minDelayMs, maxDelayMs, typing } = settings.pacing;
  const chosen = problem?.values['preset'] ?? preset;
  const isTyping = problem ? problem.values['typing'] === 'true' : typing;
  return (
    <SettingsSection
      id="pace-title"
      title="How fast messages leave"
      text="WhatsApp bans numbers that write like a machine. So messages leave one after the other, as a person would send them; what waits is sent later, in the order in which it came."
    >
      <fieldset>
        <legend class="visually-hidden">Pace</legend>
        <div class="choices" id="settings-preset">
          {order.map((each) => (
            <label key={each} class="choice">
              <input type="radio" name="preset" value={each} checked={each === chosen} />
              <span class="choice-title">
                {presets[each].title}
                {each === 'normal' && kind === 'whatsapp' && <span class="chip tone-ok">Recommended</span>}
              </span>
              <span class="choice-text">{presets[each].text}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {kind === 'whatsapp' && (
        <div class="unpaced-risk">
          <Notice tone="warn">
            This is a real number. Without a pace WhatsApp may restrict or ban it within minutes, and nobody can bring
            it back. Choose this only for a number that you can lose.
          </Notice>
        </div>
      )}
      <div class="field-row custom-pace">
        <NumberField name="perMinute" hint="0 is no limit." value={perMinute} problem={problem} />
        <NumberField
          name="burst"
          hint="So many need not wait when it was quiet before."
          value={burst}
          problem={problem}
        />
      </div>
      <fieldset class="stack-s">
        <legend class="settings-legend">A pause after each message</legend>
        <div class="field-row">
          <NumberField
            name="minDelay"
            hint="In seconds. 0 is no pause of its own."
            value={minDelayMs / 1_000}
            problem={problem}
            decimals
          />
          <NumberField
            name="maxDelay"
            hint="In seconds. Each pause is somewhere between the two."
            value={maxDelayMs / 1_000}
            problem={problem}
            decimals
          />
        </div>
      </fieldset>
      <label class="check">
        <input type="hidden" name="typing" value="false" />
        <input type="checkbox" name="typing" value="true" checked={isTyping} />
        <span>
          Show “typing…” before a message
          <span class="hint block">Longer for longer texts, 8 seconds at most.</span>
        </span>
      </label>
    </SettingsSection>
  );
}
