import { language, setLanguage, t } from "../i18n";
import { theme, toggleTheme } from "../theme";
import { Button } from "./basics";
import { Icon } from "./icon";

/** Language and theme; on the sign-in screens too. */
export function Preferences() {
  const other = language.value === "pt" ? "en" : "pt";
  return (
    <div class="preferences">
      <button
        type="button"
        class="button quiet small"
        lang={other === "en" ? "en" : "pt-BR"}
        aria-label={other === "en" ? "EN: switch to English" : "PT: mudar para português"}
        onClick={() => setLanguage(other)}
      >
        <Icon name="globe" size={16} />
        {other === "en" ? "EN" : "PT"}
      </button>
      <Button
        kind="quiet"
        small
        icon={theme.value === "dark" ? "sun" : "moon"}
        label={t(theme.value === "dark" ? "theme.light" : "theme.dark")}
        onClick={toggleTheme}
      />
    </div>
  );
}
