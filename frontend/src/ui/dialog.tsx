import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** Focuses something else than the first field. */
  readonly onFocus?: () => void;
  readonly children: ReactNode;
}

/** A modal question. Esc and a click beside it close it; focus returns to where it was. */
export function Dialog({ title, onClose, onFocus, children }: DialogProps) {
  const focus = (event: Event) => {
    if (onFocus !== undefined) {
      event.preventDefault();
      onFocus();
    }
  };
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="dialog-veil" />
        <Radix.Content className="dialog" aria-describedby={undefined} onOpenAutoFocus={focus}>
          <Radix.Title asChild>
            <h2>{title}</h2>
          </Radix.Title>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
