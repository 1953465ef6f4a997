import type { Steps } from '../../src/features/checklist/checklist.ts';
import { Icon } from '../partials/icon.tsx';
import { ChecklistView } from './checklist.tsx';
import { type FiguresModel, FiguresView } from './figures.tsx';
import { type EventModel, LatestEventsView } from './latest-events.tsx';
import { type NeedsYouModel, NeedsYouView } from './needs-you.tsx';
import { StartView } from './start.tsx';

export interface OverviewModel {
  figures: FiguresModel;
  needing: NeedsYouModel;
  events: readonly EventModel[];
  checklist: Steps | undefined;
  firstAccountId: string | undefined;
  /** Whether accounts without a phone are offered. */
  offersSandbox: boolean;
}

export function OverviewView({ model }: { model: OverviewModel }) {
  const { checklist, firstAccountId } = model;
  const isNew = firstAccountId === undefined;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Overview</h1>
        </div>
        {!isNew && (
          <a class="button button-primary" href="/accounts/new" data-shortcut="n">
            <Icon name="plus" />
            Add account
          </a>
        )}
      </div>
      {!isNew && <FiguresView model={model.figures} />}
      <div class={checklist ? 'columns columns-aside' : 'columns'}>
        <div class="stack">
          {isNew ? <StartView offersSandbox={model.offersSandbox} /> : <NeedsYouView {...model.needing} />}
          {!isNew && <LatestEventsView events={model.events} />}
        </div>
        {checklist && <ChecklistView steps={checklist} firstAccountId={firstAccountId} />}
      </div>
    </>
  );
}
