import type { ReactNode } from "react";
import "./notices.css";

interface NoticeProps {
  readonly icon: ReactNode;
  readonly words: ReactNode;
  /** What can be done about it. */
  readonly children: ReactNode;
}

/** One bar below the header. */
export function Notice({ icon, words, children }: NoticeProps) {
  return (
    <div className="notice">
      <p>
        {icon}
        <span>{words}</span>
      </p>
      <div className="notice-actions">{children}</div>
    </div>
  );
}
