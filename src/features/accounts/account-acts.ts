import type { Actor } from '../../platform/actor.ts';
import { type Act, changesBetween } from '../audit/audit.ts';
import type { Account } from './account.ts';

/** What a change of an account was, as acts; none when nothing differs. */
export function changeActs(before: Account, after: Account, actor: Actor): Act[] {
  const renamed = changesBetween({ name: before.name }, { name: after.name });
  const changed = changesBetween(before.settings, after.settings);
  const acts: Act[] = [
    { actor, action: 'account.renamed', account: after, details: renamed },
    { actor, action: 'account.settings_changed', account: after, details: changed },
  ];
  return acts.filter(({ details = {} }) => Object.keys(details).length > 0);
}
