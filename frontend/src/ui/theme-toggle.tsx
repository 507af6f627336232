import { Moon, Sun } from "lucide-react";
import { IconButton } from "./icon-button";
import { theme, toggleTheme } from "./theme";
import { useStore } from "./use-store";

export function ThemeToggle() {
  const dark = useStore(theme, (value) => value === "dark");
  return (
    <IconButton label={dark ? "Light theme" : "Dark theme"} onClick={toggleTheme}>
      {dark ? <Sun className="icon" /> : <Moon className="icon" />}
    </IconButton>
  );
}
