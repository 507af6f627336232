import { KeyRound, Play, RefreshCw, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { messageOf } from "../rooms/refusal";
import { notifyError } from "../ui/toasts";
import type { ModelReport, Trial } from "../wire/types";
import { deleteKey, putKey, testModel } from "./api";
import { trialLine } from "./words";

interface ModelActionsProps {
  readonly model: ModelReport;
  readonly onChange: () => Promise<void>;
}

/** What the operator can do about a model: give it its key, take that back, try it out, look for a local server. */
export function ModelActions({ model, onChange }: ModelActionsProps) {
  const [asksKey, setAsksKey] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trial, setTrial] = useState<Trial | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const usable = model.needs === null;
  const key = model.key;

  const doing = async (work: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      notifyError(error);
    }
    setBusy(false);
  };
  const test = () =>
    doing(async () => {
      setTrial(null);
      setRefused(null);
      try {
        setTrial(await testModel(model.name));
      } catch (error) {
        setRefused(messageOf(error));
      }
      await onChange();
    });
  const keep = (name: string, value: string) =>
    doing(async () => {
      await putKey(name, value);
      setAsksKey(false);
      await onChange();
    });
  const forget = (name: string) =>
    doing(async () => {
      await deleteKey(name);
      setTrial(null);
      await onChange();
    });

  const landed = trial === null ? refused === null : trial.landed;
  const outcome = landed ? (trial === null ? "" : "landed") : "refused";
  return (
    <div className="model-actions">
      <div className="model-buttons">
        {usable && (
          <button type="button" className="button" disabled={busy} onClick={test}>
            <Play className="icon" />
            Test
          </button>
        )}
        {key !== null && !usable && !asksKey && (
          <button type="button" className="button" disabled={busy} onClick={() => setAsksKey(true)}>
            <KeyRound className="icon" />
            Paste key
          </button>
        )}
        {key !== null && model.key_stored && (
          <button type="button" className="button quiet" disabled={busy} onClick={() => forget(key)}>
            <Trash2 className="icon" />
            Remove key
          </button>
        )}
        {key === null && !usable && (
          <button type="button" className="button" disabled={busy} onClick={() => doing(onChange)}>
            <RefreshCw className="icon" />
            Look again
          </button>
        )}
      </div>
      {key !== null && asksKey && (
        <KeyForm name={key} busy={busy} onKeep={(value) => keep(key, value)} onCancel={() => setAsksKey(false)} />
      )}
      <p className={`model-trial ${outcome}`} role="status">
        {trial === null ? (refused ?? (busy && usable ? "Asking it for a small edit…" : "")) : trialLine(trial)}
      </p>
    </div>
  );
}

interface KeyFormProps {
  readonly name: string;
  readonly busy: boolean;
  readonly onKeep: (value: string) => void;
  readonly onCancel: () => void;
}

/** One key. It goes to the server and is never shown again. */
function KeyForm({ name, busy, onKeep, onCancel }: KeyFormProps) {
  const [value, setValue] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onKeep(value);
  };
  return (
    <form className="key-form" onSubmit={submit}>
      <label>
        <span className="small muted">
          <code>{name}</code> is kept on this computer, readable by you alone. Where a proxy or tunnel lets others reach
          this page as localhost, they can change keys too: <code>SPARKROOM_OPERATOR_PAGE=0</code> prevents that.
        </span>
        <input
          className="field"
          type="password"
          // biome-ignore lint/a11y/noAutofocus: it was asked for this moment
          autoFocus
          autoComplete="off"
          spellCheck={false}
          maxLength={400}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
      </label>
      <div className="model-buttons">
        <button type="submit" className="button primary" disabled={busy || value.trim() === ""}>
          Keep
        </button>
        <button type="button" className="button quiet" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
