import "./brand.css";

/** The name of the place, which leads home. */
export function Brand() {
  return (
    <a className="brand" href="/" aria-label="Sparkroom, home">
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <rect x="1.5" y="1.5" width="21" height="21" rx="6" fill="var(--accent)" />
        <path d="M12.8 4.5 7 13.2h4.1l-.9 6.3 6-9H12z" fill="var(--accent-fg)" />
      </svg>
      <span>Sparkroom</span>
    </a>
  );
}
