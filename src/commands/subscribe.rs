//! `subscribe`: has the service deliver events to a URL.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::prompt;
use crate::output::records::SubscriptionRecord;
use crate::output::rendition::quote_shell_word;
use crate::output::sanitise::Sanitised;
use crate::protocol::api::{ApiWaitlist, check_id};
use crate::protocol::event::{EventSelection, EventType};
use crate::session::subscriptions::{
    SubscriptionClient, SubscriptionFailure, SubscriptionOutcome, SubscriptionPlan, SubscriptionStep, check_target,
    is_inactive, subscription_fields, unsubscribed_fields,
};
use crate::session::{self, arguments, runtime, service, waitlist};
use crate::shutdown::StopReceiver;
use url::Url;

/// Have the service deliver events to a URL
#[derive(Debug, clap::Args)]
#[command(
    after_help = "One subscription for each event, all or none. They are recorded in a journal, since the service cannot
list them. On a terminal, missing values are asked for.

Examples:
  referralloop subscribe created deleted --url https://app.example.com/webhooks
  referralloop subscribe all --url https://example.com/hook -w 123e4567-e89b-12d3-a456-426614174000"
)]
pub(crate) struct Arguments {
    /// Events: created, signup.deleted, signup.* or all
    #[arg(value_name = "EVENT", value_parser = arguments::read_selection)]
    events: Vec<EventSelection>,
    /// Where they are delivered to: a public https URL
    #[arg(long, value_name = "URL", value_parser = arguments::read_target)]
    url: Option<Url>,
    /// Events of this waitlist [default: the setting waitlist, else every waitlist]
    #[arg(long, short = 'w', value_name = "ID", value_parser = arguments::read_id)]
    waitlist: Option<String>,
    /// Allow a URL that is not https
    #[arg(long)]
    allow_http: bool,
    /// Create another subscription even if the journal has the same one
    #[arg(long)]
    force: bool,
}

/// Subscribes.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    require_arguments(arguments, context)?;
    require_own_events(&arguments.events)?;
    let service = service::open_service(context, &settings)?;
    let reach = service.client.base().reach();
    if let Some(url) = &arguments.url {
        check_target(url, arguments.allow_http, reach)?;
    }
    let given = waitlist::resolve_waitlist(arguments.waitlist.as_ref(), &settings)?;
    runtime::block_on(async {
        let stop = context.subscribe_stop()?;
        let Some(wanted) = resolve_plan(arguments, given, &service, context).await? else {
            return Ok(Exit::Interrupted);
        };
        if arguments.events.is_empty() || arguments.url.is_none() {
            console.print_notice(&format!("The same without questions: {}", line(&wanted, arguments.allow_http)));
        }
        let store = session::store_path(context, &settings)?;
        let subscriber = SubscriptionClient::open(&service, &store, context)?;
        subscribe_all(&subscriber, &wanted, &console, &stop).await
    })
}

/// Off a terminal both must be there, before anything else is looked at.
fn require_arguments(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    if context.may_prompt() {
        return Ok(());
    }
    if arguments.events.is_empty() {
        return Err(Error::usage("no event given").hint("give one or more: created, position_changed, deleted, or all"));
    }
    if arguments.url.is_none() {
        return Err(Error::usage("no URL given").hint("give the URL to deliver to with --url"));
    }
    Ok(())
}

/// The second service's webhooks are registered in its dashboard.
fn require_own_events(selections: &[EventSelection]) -> Result<(), Error> {
    match selections.iter().find(|selection| selection.events().is_empty()) {
        Some(selection) => Err(Error::usage(format!(
            "{selection} is an event of ReferralHero, which cannot be subscribed here"
        ))
        .hint(
            "register the webhook in ReferralHero's dashboard; ReferralLoop has created, position_changed and deleted",
        )),
        None => Ok(()),
    }
}

async fn subscribe_all(
    subscriber: &SubscriptionClient<'_>,
    wanted: &SubscriptionPlan,
    console: &Console,
    stop: &StopReceiver,
) -> Result<Exit, Error> {
    let mut failed = None;
    let mut tell = |step: SubscriptionStep<'_>| {
        if let Err(error) = print_step(console, &step) {
            failed.get_or_insert(error);
        }
    };
    let ended = tokio::select! {
        ended = subscriber.subscribe(wanted, stop, &mut tell) => ended,
        signal = stop.wait_for_second_stop() => Err(SubscriptionFailure::Stopped(signal)),
    };
    if let Some(error) = failed {
        return Err(error);
    }
    match ended {
        Ok(SubscriptionOutcome { certain: true, .. }) => Ok(Exit::Done),
        // An earlier call may or may not have made it; whoever needs certainty is told so by the exit code.
        Ok(_) => Ok(Exit::No),
        Err(ended) => ended.into_exit(),
    }
}

fn print_step(console: &Console, step: &SubscriptionStep<'_>) -> Result<(), Error> {
    let id = |entry: &crate::store::JournalEntry| entry.id.clone().unwrap_or_else(|| "(id unknown)".into());
    match step {
        SubscriptionStep::Made(entry) | SubscriptionStep::There(entry) if console.is_json() => {
            let made = Some(matches!(step, SubscriptionStep::Made(_)));
            console.write_record(&SubscriptionRecord { made, ..subscription_fields(entry, false) })?;
        }
        SubscriptionStep::Removed { entry, found } if console.is_json() => {
            console.write_record(&unsubscribed_fields(entry, *found, true))?;
        }
        SubscriptionStep::Gone(entry) if console.is_json() => {
            console.write_record(&unsubscribed_fields(entry, false, false))?;
        }
        SubscriptionStep::Gone(entry) => console
            .print_notice(&format!("{} is gone with the sandbox that had it; this one does not know it", id(entry))),
        SubscriptionStep::Made(entry) => {
            let inactive = is_inactive(entry);
            let state = if inactive { "  (inactive)" } else { "" };
            console.write_line(&format!("{}  {} → {}{state}", id(entry), entry.event, entry.url))?;
            if inactive {
                console.print_notice("the service says that it is not active: nothing is delivered until it is");
            }
        }
        SubscriptionStep::There(entry) if entry.id.is_none() => {
            console.print_notice(&format!(
                "line {} of the journal: it is unknown whether {} → {} exists; --force tries again",
                entry.number, entry.event, entry.url
            ));
        }
        SubscriptionStep::There(entry) => {
            console.print_notice(&format!(
                "{} → {} already exists ({}); --force creates another",
                entry.event,
                entry.url,
                id(entry)
            ));
        }
        SubscriptionStep::Removed { entry, .. } => console.print_notice(&format!("{} was removed again", id(entry))),
        SubscriptionStep::Left { entry, error } => {
            console.print_notice(&format!("{} could not be removed: {}", id(entry), error.message))
        }
    }
    Ok(())
}

/// What is given, and what the person at the terminal says to the rest; `None` where they would rather stop.
async fn resolve_plan(
    arguments: &Arguments,
    waitlist: Option<String>,
    service: &service::HostedService,
    context: &Context,
) -> Result<Option<SubscriptionPlan>, Error> {
    let asked = arguments.events.is_empty();
    let events = match asked {
        false => EventType::ALL
            .into_iter()
            .filter(|event| arguments.events.iter().any(|selection| selection.matches(Some(event.name()))))
            .collect(),
        true => match ask_events(context)? {
            Some(events) => events,
            None => return Ok(None),
        },
    };
    let waitlist = match (waitlist, asked || arguments.url.is_none()) {
        (None, true) => match ask_waitlist(service, context).await? {
            Some(waitlist) => waitlist,
            None => return Ok(None),
        },
        (given, _) => given,
    };
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None => match ask_url(arguments.allow_http, service, context)? {
            Some(url) => url,
            None => return Ok(None),
        },
    };
    Ok(Some(SubscriptionPlan { events, url, waitlist, run: None, force: arguments.force }))
}

fn ask_events(context: &Context) -> Result<Option<Vec<EventType>>, Error> {
    let items = EventType::ALL.map(|event| Sanitised::text(event.name()));
    loop {
        let Some(chosen) = prompt::select_several(context, "Events", &items, &[true; 3])? else { return Ok(None) };
        if !chosen.is_empty() {
            return Ok(Some(chosen.into_iter().filter_map(|at| EventType::ALL.get(at).copied()).collect()));
        }
        Console::new(context).print_notice("choose at least one");
    }
}

/// One of the workspace's, or every one.
async fn ask_waitlist(service: &service::HostedService, context: &Context) -> Result<Option<Option<String>>, Error> {
    let found = service.client.list_waitlists().await.map_err(|failure| service.explain(&failure, context))?;
    let waitlists: Vec<ApiWaitlist> = found.into_iter().filter(|waitlist| check_id(waitlist.id()).is_ok()).collect();
    let mut items: Vec<Sanitised> = waitlists.iter().map(waitlist::render_waitlist).collect();
    items.push(Sanitised::own("every waitlist (none given)"));
    let chosen = prompt::select_one(context, "Waitlist", &items)?;
    Ok(chosen.map(|at| waitlists.get(at).map(|waitlist| waitlist.id().to_owned())))
}

fn ask_url(allow_http: bool, service: &service::HostedService, context: &Context) -> Result<Option<Url>, Error> {
    let reach = service.client.base().reach();
    let read = |text: &str| {
        let url = arguments::read_target(text)?;
        check_target(&url, allow_http, reach).map_err(|error| error.message).map(|()| url)
    };
    Ok(prompt::prompt_line(context, "URL that receives them", read)?)
}

/// The command line that does the same.
fn line(wanted: &SubscriptionPlan, allow_http: bool) -> String {
    let events = match wanted.events.len() == EventType::ALL.len() {
        true => "all".to_owned(),
        false => wanted.events.iter().map(|event| event.short_name()).collect::<Vec<_>>().join(" "),
    };
    let waitlist = wanted.waitlist.as_ref().map(|id| format!(" --waitlist {id}")).unwrap_or_default();
    let http = if allow_http { " --allow-http" } else { "" };
    let url = wanted.url.as_str();
    let plain = url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-_~%".contains(&byte));
    let url = if plain { url.to_owned() } else { quote_shell_word(url) };
    format!("referralloop subscribe {events} --url {url}{waitlist}{http}")
}
