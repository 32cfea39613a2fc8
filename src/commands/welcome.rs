//! No command at all, on a terminal: what to do next, by what is there already. Nothing is made or changed.

use crate::config::ConfigSettings;
use crate::config::api::find_key_origin;
use crate::config::keys::SettingKey;
use crate::context::Context;
use crate::error::Error;
use crate::output::console::Console;
use crate::output::line::{StyledLine, write_lines};
use crate::output::phrases::format_quantity;
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::session::{self, arguments, registry};
use crate::store::StoreFilter;

/// A command line, and what it is for.
type NextStep = (String, String);

/// Says what to do next, on standard error, where the whole help would be otherwise.
pub(crate) fn show_next_steps(context: &Context) -> Result<(), Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let (state, mut steps) = describe_state(context, &settings)?;
    let program = arguments::describe_program(context);
    steps.push(("help".into(), "all commands".into()));
    let width = steps.iter().map(|(line, _)| line.len()).max().unwrap_or_default() + program.len() + 6;
    let style = &console.err;
    let mut lines = vec![
        StyledLine::new(style)
            .put(TextRole::Strong, "referralloop")
            .put(TextRole::Plain, ": receive, verify, store and replay webhooks on this machine"),
    ];
    lines.extend(state.iter().map(|words| StyledLine::new(style).put(TextRole::Plain, Sanitised::text(words))));
    lines.push(StyledLine::new(style));
    lines.extend(steps.iter().map(|(line, words)| {
        StyledLine::indented(style, 2)
            .put(TextRole::Plain, Sanitised::text(&format!("{program} {line}")))
            .pad_to(width)
            .put(TextRole::Faint, Sanitised::text(words))
    }));
    let mut text = String::new();
    write_lines(&mut text, &lines);
    console.write_stderr(&text);
    Ok(())
}

/// What is there, and what follows from it.
fn describe_state(context: &Context, settings: &ConfigSettings) -> Result<(Vec<String>, Vec<NextStep>), Error> {
    let store = session::store_path(context, settings)?;
    let (mut state, mut steps) = (Vec::new(), Vec::new());
    let mut step = |line: &str, words: &str| steps.push((line.to_owned(), words.to_owned()));
    match registry::find_listener(&store) {
        Some(url) => {
            state.push(format!("A listener is running on {url}"));
            step("trigger created", "send it a signed event");
        }
        None => {
            let target = settings.get(SettingKey::ForwardTo)?;
            match &target {
                Some(target) => step("listen", &format!("receive, and pass on to {}", target.value)),
                None => step("listen 3000/webhooks", "receive, and pass on to your app"),
            }
            step("trigger created", "send a signed event, from another terminal");
        }
    }
    // A history that cannot be read is said by the commands that read it.
    let events = session::open_reader(context, settings).ok().filter(|reader| reader.exists());
    match events.and_then(|reader| reader.count(&StoreFilter::default()).ok()).filter(|count| *count > 0) {
        Some(count) => {
            let events = format_quantity(count, "event", "events");
            state.push(format!("{} in the history", events.as_str()));
            step("events list", "what arrived");
            step("replay last", "deliver the last one again");
        }
        None => step("demo", "see the whole loop, in half a minute"),
    }
    match find_key_origin(settings, &context.environment) {
        Some(origin) => {
            state.push(format!("An API key is there ({origin})"));
            step("subscribe", "have the service deliver to you");
        }
        None => step("login", "use the service with your API key"),
    }
    Ok((state, steps))
}
