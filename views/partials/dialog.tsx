import type { ComponentChildren } from 'preact';

/** A page of its own that the script shows in the layout's dialog. */
export function Dialog({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="card dialog-page">
      <div class="stack-s" data-dialog-content="">
        <h1>{title}</h1>
        {children}
      </div>
    </div>
  );
}

/** `back`: where it leads without the act. */
export function DialogButtons({ back, children }: { back: string; children: ComponentChildren }) {
  return (
    <div class="dialog-buttons">
      <a class="button" href={back} data-close="">
        Cancel
      </a>
      {children}
    </div>
  );
}
