#include "actors/rules/client_codec.hpp"

#include "messages/irc/irc_events.hpp"
#include "messages/native_codec.hpp"
#include "messages/snapshot_codec.hpp"

#include <algorithm>

namespace godwit {
namespace {

irc::capabilities capabilities_of(client_profile profile) { return irc::capabilities(profile & ~irc_profile); }

shared_bytes shared(std::string bytes) { return std::make_shared<const std::string>(std::move(bytes)); }

} // namespace

shared_bytes encode_for(client_profile profile, const event_room& room,
                        const std::variant<shared_entry, presence_changed>& event) {
  const auto* entry = std::get_if<shared_entry>(&event);
  if (profile == native_profile) {
    if (entry)
      return shared(native::encode_event(room.room, **entry));
    const auto& passing = std::get<presence_changed>(event);
    if (!passing.parts.has(presence_part::away))
      return nullptr;
    return shared(native::encode_presence(room.room, passing.nick, passing.away));
  }
  if (!entry || room.title.empty())
    return nullptr;
  const auto channel = irc::channel_name(room.title);
  return shared(irc::encode_event({capabilities_of(profile), channel, room.server}, room.room, **entry));
}

void profile_counts::put(session_id session, client_profile profile) {
  remove(session);
  by_session_.emplace(session, profile);
  ++counts_[profile];
}

void profile_counts::remove(session_id session) {
  const auto at = by_session_.find(session);
  if (at == by_session_.end())
    return;
  if (const auto count = counts_.find(at->second); --count->second == 0)
    counts_.erase(count);
  by_session_.erase(at);
}

// ------------------------------------------------------------------------------------------------------------ codec

void client_codec::speak_irc(std::shared_ptr<const client_settings> settings, std::string host) {
  if (!irc_)
    irc_.emplace(std::shared_ptr<const irc_network>(settings, &settings->irc), std::move(host));
}

std::string client_codec::unpack(const std::string& snapshot) {
  if (!irc_ || snapshot.empty())
    return snapshot;
  const auto read = decode_snapshot(snapshot);
  if (read) {
    told_state_ = {irc::capabilities(read->irc.capabilities),
                   read->irc.cap_version,
                   read->login.user.empty() ? std::string{} : "~" + read->login.user,
                   read->login.real_name,
                   read->irc.asked_nick,
                   read->irc.told_nick};
    irc_->restore(told_state_);
  }
  return snapshot;
}

void client_codec::go_on(const attach_session& how, bool is_new) {
  if (!irc_)
    return;
  std::map<room_id, room_seq> shown;
  for (const auto& each : how.positions)
    shown[room_id{each.stream}] = each.position;
  irc_->go_on(is_new ? std::optional(how.first_in_seq + how.said) : std::nullopt, shown);
}

std::optional<std::string> client_codec::pack(std::optional<std::string> changed) {
  if (!irc_)
    return changed;
  const bool state_changed = irc_->state() != told_state_;
  if (!changed && (!state_changed || session_part_.empty()))
    return std::nullopt;
  if (changed)
    session_part_ = std::move(*changed);
  auto read = decode_snapshot(session_part_);
  if (!read)
    return session_part_; // of our own making: a fault of ours; without its language's part it is still the session's
  told_state_ = irc_->state();
  read->irc = {told_state_.capabilities.bits(), told_state_.cap_version, told_state_.asked_nick, told_state_.told_nick};
  return encode_snapshot(*read);
}

result<client_command> client_codec::take(std::uint64_t in_seq, std::string_view bytes, timestamp now, bool gives_up) {
  if (irc_) {
    irc_->set_now(now);
    return irc_->take(in_seq, bytes, gives_up ? irc::text_check::none : irc::text_check::utf8);
  }
  return native::decode_command(bytes);
}

std::vector<shared_bytes> client_codec::tell(const std::vector<server_frame>& replies) {
  std::vector<shared_bytes> out;
  out.reserve(replies.size());
  for (const auto& each : replies) {
    auto bytes = irc_ ? irc_->tell(each) : native::encode(each);
    if (!bytes.empty() || !irc_)
      out.push_back(shared(std::move(bytes)));
  }
  return out;
}

shared_bytes client_codec::show(const tell::event& event, const shared_bytes& native, const encodings* others) {
  if (!irc_)
    // All members share one encoding; the one who caused the event gets the name of the frame in it.
    return event.op == 0 && native ? native : shared(native::encode_event(event.room, *event.entry, event.op));
  shared_bytes mine;
  if (others)
    if (const auto at = std::ranges::find(*others, profile(), &encoding::profile); at != others->end())
      mine = at->bytes;
  return irc_->show(event, std::move(mine));
}

shared_bytes client_codec::show(const tell::presence& what, const shared_bytes& native) {
  if (irc_)
    return irc_->show(what);
  if (!what.parts.has(presence_part::away))
    return {};
  return native ? native : shared(native::encode_presence(what.room, what.nick, what.away));
}

error client_codec::farewell(error why) const {
  if (irc_)
    why.detail = irc_->farewell(why);
  return why;
}

client_profile client_codec::profile() const { return irc_ ? irc_profile | irc_->profile().bits() : native_profile; }

} // namespace godwit
