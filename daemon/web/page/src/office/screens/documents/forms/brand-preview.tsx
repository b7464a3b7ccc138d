/** A brand as a box's page would wear it, in both themes, and how well its colour reads. */
import { contrast, formatColour, parseColour, type Rgb } from "../../../../contrast";
import { number } from "../../../../i18n";
import { accentTokens, GROUNDS, type Theme } from "../../../../theme";
import { Badge } from "../../../../ui/basics";
import { Icon } from "../../../../ui/icon";
import { Mark } from "../../../../ui/mark";
import { t } from "../../../i18n/publishing";
import { text, type Body } from "../contents";
import { pictures } from "./pictures";

const THEMES: Theme[] = ["dark", "light"];
/** WCAG 2.2, text of common size. */
const READS = 4.5;

function Page({ body, colour, theme }: { body: Body; colour: Rgb | null; theme: Theme }) {
  const name = text(body.name) || t("brand.noName");
  const logo = pictures.value[text(body.logo)];
  return (
    <figure class="brand-page" data-theme={theme} style={colour ? accentTokens(colour, theme) : {}}>
      <div class="brand-bar">
        {logo ? <img class="logo" src={logo} alt="" height={24} /> : <Mark size={24} />}
        <b>{name}</b>
      </div>
      <div class="brand-body">
        <span class="brand-link">{t("brand.someLink")}</span>
        <span class="brand-button">{t("brand.someButton")}</span>
      </div>
      <small>{[text(body.footer), text(body.support)].filter(Boolean).join(" · ")}</small>
      <figcaption>{t(`brand.theme.${theme}`)}</figcaption>
    </figure>
  );
}

function Reading({ colour, theme }: { colour: Rgb; theme: Theme }) {
  const given = contrast(colour, GROUNDS[theme]);
  const used = accentTokens(colour, theme)["--accent-text"] ?? "";
  const changed = used !== formatColour(colour);
  const ratio = contrast(parseColour(used) ?? colour, GROUNDS[theme]);
  return (
    <li>
      <Badge tone={given >= READS ? "ok" : "warn"}>
        {t(`brand.theme.${theme}`)}: {number(given, 1)} : 1
      </Badge>
      <span>
        {changed
          ? t("brand.adjusted", { colour: used, ratio: number(ratio, 1) })
          : t("brand.reads")}
      </span>
    </li>
  );
}

export function BrandPreview({ body }: { body: Body }) {
  const colour = parseColour(text(body.accent));
  const hidden = text(body.logo) && !pictures.value[text(body.logo)];
  return (
    <>
      <div class="brand-pages">
        {THEMES.map((theme) => (
          <Page key={theme} body={body} colour={colour} theme={theme} />
        ))}
      </div>
      {hidden && (
        <p class="quiet-note">
          <Icon name="image" size={14} /> {t("brand.logoThere")}
        </p>
      )}
      {colour && (
        <ul class="readings" aria-label={t("brand.contrast")}>
          {THEMES.map((theme) => (
            <Reading key={theme} colour={colour} theme={theme} />
          ))}
        </ul>
      )}
    </>
  );
}
