//! `listen` on a terminal: the line below all others, and what the keys do.

use super::status::{count_arrivals, render_status};
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
use crate::receive::ListenerCounters;
use crate::session::browser::EventBrowser;
use crate::session::editor;
use crate::session::live_terminal::LiveTerminal;
use crate::session::relay::EventRecorder;
use crate::session::send_again::{ResendContext, send_again};
use crate::session::transfer::EventHistory;
use crate::store::{Store, StoreFilter, StoreReader};
use crate::terminal::{Key, interrupt_process};
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::Url;

/// How often the line is looked at.
const EVERY: Duration = Duration::from_millis(400);

/// Of use where there is an inspector.
const OPEN_INSPECTOR: &str = "o";

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
    /// Where an event goes again: the app, else the listener itself.
    pub(super) target: Option<Url>,
    /// What is subscribed, in words.
    pub(super) subscribed: Option<String>,
    /// What a relay was given, and how many events wait in the one that is received from.
    pub(super) relay: (EventRecorder, Option<Arc<AtomicU64>>),
    pub(super) browser: EventBrowser,
    /// The page beside the listener.
    pub(super) inspector: Option<String>,
    pub(super) bodies: BodyDisplay,
}

/// What the eyes are on.
struct WatchState {
    view: ArrivalView,
    /// What is being typed behind `/`.
    typing: Option<String>,
    /// How many had come when it was paused.
    paused_after: u64,
    /// Whether `q` was pressed: what is typed while the listener ends means nothing more.
    ending: bool,
}

impl ListenerWatch<'_> {
    /// Watches until the listener ends, which drops this. Off a terminal there is nothing to do.
    pub(super) async fn run(mut self, screen: &Screen, counters: &OnceLock<Arc<ListenerCounters>>) -> Infallible {
        if self.console.is_json() || !self.console.is_terminal() {
            return std::future::pending().await;
        }
        let mut terminal = LiveTerminal::open(self.context, screen);
        if !terminal.has_keys() {
            drop(terminal);
            return std::future::pending().await;
        }
        let view = ArrivalView { bodies: self.bodies, ..ArrivalView::default() };
        let mut state = WatchState { view, typing: None, paused_after: 0, ending: false };
        let mut shown = String::new();
        loop {
            let counters = counters.get();
            let relay = self.describe_relay();
            terminal.show_if_changed(&mut shown, |columns| {
                render_status(
                    counters,
                    (&self.subscribed, &relay),
                    (&state.view, state.paused_after),
                    state.typing.as_deref(),
                    columns,
                    &self.console.err,
                )
            });
            tokio::select! {
                () = self.context.clock.sleep(EVERY) => {}
                key = terminal.next_key(), if !state.ending => {
                    let was_paused = state.view.paused;
                    if let Err(error) = self.press(key, &mut state, &mut terminal, screen).await {
                        self.print_notice(screen, &error.message);
                    }
                    if state.view.paused && !was_paused {
                        state.paused_after = counters.map_or(0, |counters| count_arrivals(counters));
                    }
                    shown.clear();
                }
            }
        }
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
    ) -> Result<(), Error> {
        if let Some(typed) = &mut state.typing {
            match key {
                Key::Character(character) => typed.push(character),
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
            Key::Character('?') => self.show_keys(screen),
            Key::Character('/') => state.typing = Some(state.view.filter.clone()),
            Key::Character('r') => self.replay_last().await?,
            Key::Character('e') => self.edit_last(terminal, screen).await?,
            Key::Character('o') => self.open_inspector(screen)?,
            Key::Character('i') => self.browser.run(terminal).await?,
            Key::Character(character) if state.view.toggle(character) => screen.set_view(&state.view),
            Key::Escape if !state.view.filter.is_empty() => {
                state.view.filter.clear();
                screen.set_view(&state.view);
            }
            _ => {}
        }
        Ok(())
    }

    fn last_story(&self) -> Result<EventHistory, Error> {
        let reader = StoreReader::open(&self.store_path)?;
        let last = reader.find_last_event(&StoreFilter::default())?.map(|row| row.number);
        let story = last.map(|number| EventHistory::read(&reader, number)).transpose()?.flatten();
        story.ok_or_else(|| Error::usage("nothing has arrived yet"))
    }

    /// The app, else this listener; one that receives from a relay has no address of its own.
    fn find_target(&self) -> Result<Url, Error> {
        self.target.clone().ok_or_else(|| Error::usage("there is no app to send to; name one: listen TARGET"))
    }

    async fn replay_last(&self) -> Result<(), Error> {
        send_again(&self.last_story()?, self.find_target()?, false, &self.resend).await
    }

    async fn edit_last(&self, terminal: &mut LiveTerminal, screen: &Screen) -> Result<(), Error> {
        let (mut story, target) = (self.last_story()?, self.find_target()?);
        self.print_notice(screen, "events go on coming in while the editor is open; they are shown afterwards");
        terminal.lend();
        let edited = editor::edit_body_beside(&story.event.body, self.context).await;
        terminal.take_back()?;
        let edited = edited?;
        if edited == story.event.body {
            self.print_notice(screen, "nothing was changed, so nothing was sent");
            return Ok(());
        }
        story.event.facts = EventFacts::from_body(&edited);
        story.event.body = edited;
        let sent = self.store.record_sent(story.event.body.clone(), &story.event.facts, self.context.clock.now()).await;
        story.event.number = sent.map_err(|error| Error::machine(error.to_string()))?;
        send_again(&story, target, true, &self.resend).await
    }

    fn open_inspector(&self, screen: &Screen) -> Result<(), Error> {
        let none = || Error::usage("there is no inspector; have one with: referralloop listen --inspect");
        let url = self.inspector.as_deref().ok_or_else(none)?;
        inspector::open_browser(url, &self.store_path, self.context)
            .map_err(|_| Error::machine(format!("no browser can be opened here; the inspector is at {url}")))?;
        self.print_notice(screen, &format!("opening the inspector in the browser; should none appear: {url}"));
        Ok(())
    }

    fn print_notice(&self, screen: &Screen, words: &str) {
        screen.print_aside(render_notice(words, &self.console.err));
    }

    fn show_keys(&self, screen: &Screen) {
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
