import type { ComponentProps } from "react";

/** A button that is only an icon. `label` is its accessible name and its tooltip. */
export function IconButton({ label, className = "", ...rest }: ComponentProps<"button"> & { label: string }) {
  return <button type="button" aria-label={label} title={label} className={`icon-button ${className}`} {...rest} />;
}
