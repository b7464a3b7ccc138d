/** Polls, places and contact cards of a chat, as people read them. */
import type { Message } from "../api/types";
import { t } from "../i18n/inbox";
import { phone } from "../phone";
import { Icon } from "../ui/icon";

interface Place {
  latitude: number;
  longitude: number;
  name?: string | null;
  address?: string | null;
}

interface Card {
  name?: string | null;
  phones?: string[];
}

interface Poll {
  name: string;
  options: string[];
}

/** A poll of ours has its parts; of one that came there is the text: a question, then `- option`. */
function pollOf({ details, text }: Message): Poll | null {
  const known = details?.poll as Partial<Poll> | undefined;
  if (known?.name && known.options) return { name: known.name, options: known.options };
  const [name, ...lines] = (text ?? "").split("\n");
  const options = lines.filter((line) => line.startsWith("- ")).map((line) => line.slice(2));
  return name && options.length > 0 ? { name, options } : null;
}

function PollCard({ poll }: { poll: Poll }) {
  return (
    <div class="rich">
      <b>{poll.name}</b>
      <ul>
        {poll.options.map((option) => (
          <li key={option}>{option}</li>
        ))}
      </ul>
    </div>
  );
}

function PlaceCard({ place }: { place: Place }) {
  const spot = `${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`;
  const at = `mlat=${place.latitude}&mlon=${place.longitude}#map=17/${place.latitude}/${place.longitude}`;
  return (
    <div class="rich">
      <b>
        <Icon name="pin" size={16} /> {place.name ?? t("kind.location")}
      </b>
      {place.address && <span>{place.address}</span>}
      <a href={`https://www.openstreetmap.org/?${at}`} target="_blank" rel="noreferrer">
        {t("inbox.openMap", { spot })}
      </a>
    </div>
  );
}

function ContactCard({ card }: { card: Card }) {
  return (
    <div class="rich">
      <b>
        <Icon name="user" size={16} /> {card.name ?? t("kind.contact")}
      </b>
      {card.phones?.map((number) => (
        <a key={number} href={`tel:${number}`}>
          {phone(number.replace(/\D/g, ""))}
        </a>
      ))}
    </div>
  );
}

/** Whether a message is shown by its parts rather than by its text. */
export function richOf(message: Message) {
  if (message.revoked) return null;
  const place = message.details?.location as Place | undefined;
  if (message.kind === "location" && typeof place?.latitude === "number")
    return <PlaceCard place={place} />;
  const cards = message.details?.contacts as Card[] | undefined;
  if (message.kind === "contact" && cards && cards.length > 0)
    return cards.map((card, index) => <ContactCard key={index} card={card} />);
  const poll = message.kind === "poll" ? pollOf(message) : null;
  return poll && <PollCard poll={poll} />;
}
