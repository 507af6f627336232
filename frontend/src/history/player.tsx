import { ChevronLeft, ChevronRight, Pause, Play } from "lucide-react";
import { IconButton } from "../ui/icon-button";
import { useStore } from "../ui/use-store";
import type { Grain, ShownStep } from "./steps";
import { SPEEDS, type Timeline } from "./timeline";
import { stepTitle } from "./words";
import "./player.css";

const GRAINS: readonly (readonly [Grain, string, string])[] = [
  ["turns", "Turns", "Each turn and checkpoint is a step"],
  ["changes", "Changes", "Each change of a turn is a step"],
  ["everything", "Everything", "Each burst of typing is a step too"],
];
/** Where there are more steps than this, marks on the slider would run into each other. */
const MOST_MARKS = 150;
const MARKED = new Set(["turn", "checkpoint", "restore"]);

/** Goes through the steps: a slider, one step on or back, and playing. */
export function Player({ timeline }: { timeline: Timeline }) {
  const { shown, index, grain, playing, speed } = useStore(timeline.state, (state) => state);
  const last = Math.max(0, shown.length - 1);
  const step = shown[index];
  return (
    <div className="player">
      <div className="player-buttons">
        <IconButton label="One step back" disabled={index <= 0} onClick={() => timeline.step(-1)}>
          <ChevronLeft className="icon" />
        </IconButton>
        <IconButton
          className="player-play"
          label={playing ? "Pause" : "Play"}
          disabled={shown.length < 2}
          onClick={() => (playing ? timeline.pause() : timeline.play())}
        >
          {playing ? <Pause className="icon" /> : <Play className="icon" />}
        </IconButton>
        <IconButton label="One step on" disabled={index >= last} onClick={() => timeline.step(1)}>
          <ChevronRight className="icon" />
        </IconButton>
      </div>
      <div className="player-track">
        <Marks shown={shown} />
        <input
          type="range"
          aria-label="Step"
          aria-valuetext={step === undefined ? "" : `${index + 1} of ${shown.length}: ${stepTitle(step)}`}
          min={0}
          max={last}
          value={Math.max(0, index)}
          disabled={shown.length < 2}
          onChange={(event) => timeline.go(event.target.valueAsNumber)}
        />
      </div>
      <span className="player-place" aria-hidden="true">
        {shown.length === 0 ? "0" : index + 1} / {shown.length}
      </span>
      <div className="player-choices">
        <fieldset className="segments">
          <legend className="visually-hidden">How fine the steps are</legend>
          {GRAINS.map(([name, label, title]) => (
            <button
              key={name}
              type="button"
              title={title}
              aria-pressed={grain === name}
              onClick={() => timeline.setGrain(name)}
            >
              {label}
            </button>
          ))}
        </fieldset>
        <label className="player-speed">
          <span className="visually-hidden">Speed</span>
          <select value={speed} onChange={(event) => timeline.setSpeed(Number(event.target.value))}>
            {SPEEDS.map((value) => (
              <option key={value} value={value}>
                {value} a second
              </option>
            ))}
          </select>
        </label>
      </div>
    </div>
  );
}

/** Where turns and checkpoints stand on the slider. */
function Marks({ shown }: { shown: readonly ShownStep[] }) {
  if (shown.length < 2 || shown.length > MOST_MARKS) {
    return null;
  }
  return (
    <div className="player-marks" aria-hidden="true">
      {shown.map(
        ({ id, kind }, index) =>
          MARKED.has(kind) && (
            <span key={id} data-kind={kind} style={{ left: `${(100 * index) / (shown.length - 1)}%` }} />
          ),
      )}
    </div>
  );
}
