import type { Actor } from '../../platform/actor.ts';
import { type Act, changesBetween } from '../audit/audit.ts';
import type { Account } from './account.ts';
import type { SettingsChange } from './account-settings.ts';

/**
 * What a change of an account was, as acts; none when nothing differs. Of the settings only those that were named: what
 * follows from them is no act.
 */
export function changeActs(before: Account, after: Account, named: SettingsChange, actor: Actor): Act[] {
  const renamed = changesBetween({ name: before.name }, { name: after.name });
  const paths = new Set([...Object.keys(named), ...pathsIn('pacing', named), ...pathsIn('behaviour', named)]);
  const differences = Object.entries(changesBetween(before.settings, after.settings));
  const changed = Object.fromEntries(differences.filter(([path]) => paths.has(path)));
  const acts: Act[] = [
    { actor, action: 'account.renamed', account: after, details: renamed },
    { actor, action: 'account.settings_changed', account: after, details: changed },
  ];
  return acts.filter(({ details = {} }) => Object.keys(details).length > 0);
}

function pathsIn(part: 'pacing' | 'behaviour', named: SettingsChange): string[] {
  return Object.keys(named[part] ?? {}).map((name) => `${part}.${name}`);
}
