//! `listen` on a terminal: the line below all others, and what the keys do.

use super::status::{count_arrivals, render_end, render_status};
use crate::context::Context;
use crate::error::Error;
use crate::inspector;
use crate::output::console::Console;
use crate::output::errors::render_notice;
use crate::output::line::{StyledLine, write_lines};
use crate::output::phrases::format_count;
use crate::output::sanitise::Sanitised;
use crate::output::screen::{ArrivalView, Screen};
use crate::output::style::{BodyDisplay, OutputStyle, TextRole};
use crate::protocol::facts::EventFacts;
use crate::receive::ForwardSettings;
use crate::session::browser::EventBrowser;
use crate::session::editor;
use crate::session::listener::ListenerLife;
use crate::session::live_terminal::LiveTerminal;
use crate::session::relay::EventRecorder;
use crate::session::send_again::{ResendContext, send_to_all};
use crate::session::transfer::EventHistory;
use crate::store::{Store, StoreReader};
use crate::terminal::{Key, interrupt_process};
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use url::Url;

/// How often the line is looked at.
const EVERY: Duration = Duration::from_millis(400);

/// Of use where there is an inspector.
const OPEN_INSPECTOR: &str = "o";

/// Said of text that is pasted where none is asked for.
const PASTED: &str = "pasted text is not taken for keys; / takes it as a filter";

/// The keys, each with what it does.
const KEYS: [(&str, &str); 11] = [
    ("r", "replay the last event"),
    ("e", "edit the last event and send it again"),
    ("b", "bodies: as many as can be read, always, never"),
    ("f", "failed and refused only, or everything"),
    ("/", "show only what contains a text"),
    ("p", "pause, and go on"),
    ("i", "browse what is stored"),
    (OPEN_INSPECTOR, "open the inspector in the browser"),
    ("?", "these keys"),
    ("q", "quit, as Ctrl-C does"),
    ("!1", "a refused request; why: referralloop verify --event r1"),
];

pub(super) struct ListenerWatch<'a> {
    pub(super) context: &'a Context,
    pub(super) console: &'a Console,
    pub(super) store: &'a Store,
    pub(super) store_path: PathBuf,
    pub(super) resend: ResendContext,
    /// Where an event goes again: the apps, else the listener itself.
    pub(super) targets: ResendTargets,
    /// What is subscribed, in words.
    pub(super) subscribed: Option<String>,
    /// What a relay was given, and how many events wait in the one that is received from.
    pub(super) relay: (EventRecorder, Option<Arc<AtomicU64>>),
    pub(super) browser: EventBrowser,
    /// The page beside the listener.
    pub(super) inspector: Option<String>,
    pub(super) bodies: BodyDisplay,
}

/// Where events go again.
#[derive(Debug)]
pub(super) enum ResendTargets {
    /// To the apps that get such events.
    Apps(Vec<ForwardSettings>),
    /// To the listener itself; one that receives from a relay has no address of its own.
    Own(Option<Url>),
}

impl ResendTargets {
    /// Each that an event goes to. What is routed past all of several apps goes to none of them.
    fn choose(&self, story: &EventHistory) -> Result<Vec<Url>, Error> {
        let (facts, body) = (&story.event.facts, &story.event.body);
        let gets = |app: &&ForwardSettings| app.only.as_ref().is_none_or(|only| only(facts, body));
        let chosen: Vec<Url> = match self {
            Self::Apps(apps) if apps.len() > 1 => apps.iter().filter(gets).map(|app| app.url.clone()).collect(),
            Self::Apps(apps) => apps.iter().map(|app| app.url.clone()).collect(),
            Self::Own(own) => own.iter().cloned().collect(),
        };
        match (chosen.is_empty(), self) {
            (false, _) => Ok(chosen),
            (true, Self::Apps(_)) => {
                let number = story.event.number;
                Err(Error::usage(format!(
                    "no route fits #{number}; send it with: referralloop replay {number} --to TARGET"
                )))
            }
            (true, Self::Own(_)) => Err(Error::usage("there is no app to send to; name one: listen TARGET")),
        }
    }
}

/// What the eyes are on.
struct WatchState {
    view: ArrivalView,
    /// What is being typed behind `/`.
    typing: Option<String>,
    /// How many had come when it was paused.
    paused_after: u64,
    /// What was said last while everything else waits behind a pause.
    said: Option<String>,
    /// Whether it was said that pasted text means nothing.
    paste_told: bool,
    /// Whether the listener ends: what is typed then means nothing more, but for a second `q`.
    ending: bool,
    /// Whether there was one, or a second Ctrl-C.
    dropping: bool,
}

impl WatchState {
    fn new(view: ArrivalView) -> Self {
        Self { view, typing: None, paused_after: 0, said: None, paste_told: false, ending: false, dropping: false }
    }
}

impl ListenerWatch<'_> {
    /// Watches until the listener ends, which drops this. Off a terminal there is nothing to do.
    pub(super) async fn run(mut self, screen: &Screen, life: &ListenerLife) -> Infallible {
        if self.console.is_json() || !self.console.is_terminal() {
            return std::future::pending().await;
        }
        let mut terminal = LiveTerminal::open(self.context, screen);
        if !terminal.has_keys() {
            drop(terminal);
            return std::future::pending().await;
        }
        let mut state = WatchState::new(ArrivalView { bodies: self.bodies, ..ArrivalView::default() });
        let mut shown = String::new();
        loop {
            let relay = self.describe_relay();
            terminal.show_if_changed(&mut shown, |columns| self.render_line(&state, life, &relay, columns));
            tokio::select! {
                biased;
                () = life.wait_for_end(), if !state.ending => (state.ending, state.typing) = (true, None),
                () = life.wait_for_drop(), if !state.dropping => state.dropping = true,
                key = terminal.next_key() => {
                    if state.ending {
                        // As a second Ctrl-C does.
                        if key == Key::Character('q') {
                            interrupt_process();
                        }
                        continue;
                    }
                    let was_paused = state.view.paused;
                    state.said = None;
                    if let Err(error) = self.press(key, &mut state, &mut terminal, screen, life).await {
                        self.say(screen, &mut state, error.message);
                    }
                    if state.view.paused && !was_paused {
                        state.paused_after = life.counters().map_or(0, |counters| count_arrivals(counters));
                    }
                    shown.clear();
                }
                () = self.context.clock.sleep(EVERY) => {}
            }
        }
    }

    fn render_line(
        &self,
        state: &WatchState,
        life: &ListenerLife,
        relay: &Option<String>,
        columns: usize,
    ) -> StyledLine {
        let (counters, style) = (life.counters(), &self.console.err);
        if state.ending {
            return render_end(counters, state.dropping, columns, style);
        }
        let view = (&state.view, state.paused_after, state.said.as_deref());
        render_status(counters, (&self.subscribed, relay), view, state.typing.as_deref(), columns, style)
    }

    /// What went to a relay, or how many events wait in one.
    fn describe_relay(&self) -> Option<String> {
        let (recorder, waiting) = &self.relay;
        let waiting = waiting.as_ref().map(|waiting| waiting.load(Ordering::Relaxed)).filter(|count| *count > 0);
        match (recorder.counts(), waiting) {
            (Some(counts), _) => Some(counts.describe_shortly()),
            (None, waiting) => waiting.map(|count| format!("{} waiting in the stream", format_count(count).as_str())),
        }
    }

    async fn press(
        &mut self,
        key: Key,
        state: &mut WatchState,
        terminal: &mut LiveTerminal,
        screen: &Screen,
        life: &ListenerLife,
    ) -> Result<(), Error> {
        if let Some(typed) = &mut state.typing {
            match key {
                Key::Character(character) | Key::Pasted(character) => typed.push(character),
                Key::Backspace => drop(typed.pop()),
                Key::Escape => state.typing = None,
                Key::Enter => {
                    state.view.filter = state.typing.take().unwrap_or_default();
                    screen.set_view(&state.view);
                }
                _ => {}
            }
            return Ok(());
        }
        match key {
            Key::Character('q') => {
                state.ending = true;
                interrupt_process();
            }
            Key::Pasted(_) if !std::mem::replace(&mut state.paste_told, true) => {
                self.say(screen, state, PASTED.to_owned());
            }
            Key::Character('?') => self.show_keys(screen, state),
            Key::Character('/') => state.typing = Some(state.view.filter.clone()),
            Key::Character('r') => self.replay_last(screen, state, life).await?,
            Key::Character('e') => self.edit_last(terminal, screen, life).await?,
            Key::Character('o') => self.open_inspector(screen, state)?,
            Key::Character('i') => tokio::select! {
                browsed = self.browser.run(terminal) => browsed?,
                () = life.wait_for_end() => terminal.close_picture(),
            },
            Key::Character(character) if state.view.toggle(character) => screen.set_view(&state.view),
            Key::Escape if !state.view.filter.is_empty() => {
                state.view.filter.clear();
                screen.set_view(&state.view);
            }
            _ => {}
        }
        Ok(())
    }

    /// The event that came to this listener last; others may write to the same store.
    fn last_story(&self, life: &ListenerLife) -> Result<EventHistory, Error> {
        let number = life.counters().and_then(|counters| counters.last_event());
        let none =
            || Error::usage("no event has come to this listener yet; older ones are sent by: referralloop replay N");
        let number = number.ok_or_else(none)?;
        let story = EventHistory::read(&StoreReader::open(&self.store_path)?, number)?;
        story.ok_or_else(|| Error::usage(format!("#{number} is no longer stored")))
    }

    /// Sends it again, to every target at once; a listener that ends does not wait for the answers.
    async fn replay_last(&self, screen: &Screen, state: &mut WatchState, life: &ListenerLife) -> Result<(), Error> {
        let story = self.last_story(life)?;
        let (number, targets) = (story.event.number, self.targets.choose(&story)?);
        tokio::select! {
            sent = send_to_all(&story, targets, false, &self.resend) => sent?,
            () = life.wait_for_end() => {
                self.print_notice(screen, &format!("#{number} was being sent again; its answer was not waited for"));
                return Ok(());
            }
        }
        if state.view.paused {
            state.said = Some(format!("#{number} sent again; p shows the answer"));
        }
        Ok(())
    }

    async fn edit_last(&self, terminal: &mut LiveTerminal, screen: &Screen, life: &ListenerLife) -> Result<(), Error> {
        let mut story = self.last_story(life)?;
        let targets = self.targets.choose(&story)?;
        self.print_notice(screen, "events go on coming in while the editor is open; they are shown afterwards");
        terminal.lend();
        let edited = editor::edit_body_beside(&story.event.body, self.context).await;
        terminal.take_back()?;
        let edited = edited?;
        if edited == story.event.body {
            self.print_notice(screen, "nothing was changed, so nothing was sent");
            return Ok(());
        }
        if let Some(words) = editor::describe_slip(&edited) {
            self.print_notice(screen, &words);
        }
        story.event.facts = EventFacts::from_body(&edited);
        story.event.body = edited;
        let sent = self.store.record_sent(story.event.body.clone(), &story.event.facts, self.context.clock.now()).await;
        story.event.number = sent.map_err(|error| Error::machine(error.to_string()))?;
        send_to_all(&story, targets, true, &self.resend).await
    }

    fn open_inspector(&self, screen: &Screen, state: &mut WatchState) -> Result<(), Error> {
        let none = || Error::usage("there is no inspector; have one with: referralloop listen --inspect");
        let url = self.inspector.as_deref().ok_or_else(none)?;
        inspector::open_browser(url, &self.store_path, self.context)
            .map_err(|_| Error::machine(format!("no browser can be opened here; the inspector is at {url}")))?;
        self.say(screen, state, format!("opening the inspector in the browser; should none appear: {url}"));
        Ok(())
    }

    /// A word in its place, or on the line below where a pause hides that.
    fn say(&self, screen: &Screen, state: &mut WatchState, words: String) {
        match state.view.paused {
            true => state.said = Some(words),
            false => self.print_notice(screen, &words),
        }
    }

    fn print_notice(&self, screen: &Screen, words: &str) {
        screen.print_aside(render_notice(words, &self.console.err));
    }

    fn show_keys(&self, screen: &Screen, state: &mut WatchState) {
        if state.view.paused {
            state.said = Some("p goes on, and shows the keys then".to_owned());
        }
        let style: &OutputStyle = &self.console.err;
        let line = |(key, words): (&'static str, &'static str)| {
            StyledLine::indented(style, 2)
                .put(TextRole::Strong, Sanitised::own(key))
                .pad_to(6)
                .put(TextRole::Plain, words)
        };
        let mut out = String::new();
        let has = |key: &str| key != OPEN_INSPECTOR || self.inspector.is_some();
        let lines: Vec<StyledLine> = KEYS.into_iter().filter(|(key, _)| has(key)).map(line).collect();
        write_lines(&mut out, &lines);
        screen.print_aside(out);
    }
}
