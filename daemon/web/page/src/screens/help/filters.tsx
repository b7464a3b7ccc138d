import { SUBJECTS } from "../../api/help";
import { query } from "../../api/http";
import { language } from "../../i18n";
import { t } from "../../i18n/help";
import { SelectField, Switch } from "../../ui/form";

export interface Wish {
  category: string;
  search: string;
  hidden: boolean;
}

export const NOTHING: Wish = { category: "", search: "", hidden: false };

/** The language of the page, as the help names it. */
export const tongue = () => (language.value === "pt" ? "pt-BR" : "en");

/** The address of a list with these filters. */
export const pathOf = (what: "faq" | "videos", { category, search, hidden }: Wish) =>
  `/support/${what}${query({
    category,
    search: search.trim(),
    language: tongue(),
    hidden: hidden ? "true" : "",
    limit: 50,
  })}`;

interface Props {
  wish: Wish;
  onChange: (wish: Wish) => void;
  /** Whoever writes help sees what they hid, if they want to. */
  writes: boolean;
}

export function HelpFilters({ wish, onChange, writes }: Props) {
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          {t("help.search")}
          <input
            type="search"
            value={wish.search}
            onInput={(event) => onChange({ ...wish, search: event.currentTarget.value })}
          />
        </label>
        <label>
          {t("help.category")}
          <select
            value={wish.category}
            onChange={(event) => onChange({ ...wish, category: event.currentTarget.value })}
          >
            <option value="">{t("help.every")}</option>
            {SUBJECTS.map((one) => (
              <option key={one} value={one}>
                {t(`subject.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </form>
      {writes && (
        <Switch
          label={t("help.withHidden")}
          checked={wish.hidden}
          onChange={(hidden) => onChange({ ...wish, hidden })}
        />
      )}
    </>
  );
}

export function SubjectField({
  value,
  onChange,
}: {
  value: string;
  onChange: (v: string) => void;
}) {
  return (
    <SelectField
      label={t("help.category")}
      name="category"
      value={value}
      onChange={onChange}
      options={SUBJECTS.map((one) => [one, t(`subject.${one}`)])}
    />
  );
}
