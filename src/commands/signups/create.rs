//! `signups create`: the cause of a real `signup.created`.

use super::{SignupsSession, WaitlistArgument, view};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::prompt;
use crate::protocol::api::NewSignup;
use crate::session::{arguments, input};
use serde_json::{Map, Value};

/// Add a sign-up to a waitlist, which causes a signup.created event
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop signups create --email ada@example.com -w 123e4567-e89b-12d3-a456-426614174000
  referralloop signups create --email ada@example.com --name 'Ada Lovelace' --field plan=team")]
pub(super) struct Arguments {
    /// Its e-mail address
    #[arg(long, value_name = "EMAIL", value_parser = arguments::read_email)]
    email: Option<String>,
    /// Its name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Metadata: a JSON object, @FILE or - for standard input
    #[arg(long, value_name = "JSON")]
    metadata: Option<String>,
    /// A custom field, NAME=VALUE; repeatable, and merged into the metadata by the service
    #[arg(long, value_name = "NAME=VALUE", value_parser = field)]
    field: Vec<(String, String)>,
    #[command(flatten)]
    of: WaitlistArgument,
}

fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("'{text}' is not a field; write NAME=VALUE")),
    }
}

/// Makes it.
pub(super) async fn run(arguments: &Arguments, work: &SignupsSession<'_>) -> Result<Exit, Error> {
    work.need_waitlist(&arguments.of)?;
    let metadata = metadata(arguments.metadata.as_deref(), work.context)?;
    let Some(email) = email(arguments, work.context)? else { return Ok(Exit::Interrupted) };
    let Some(waitlist) = work.waitlist(&arguments.of).await? else { return Ok(Exit::Interrupted) };
    let fields: Map<String, Value> =
        arguments.field.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    let custom_fields = (!fields.is_empty()).then_some(fields);
    let new = NewSignup { email, name: arguments.name.clone(), metadata, custom_fields };
    let made = work.service.client.create_signup(&waitlist, &new).await;
    let signup = match made {
        Ok(signup) => signup,
        Err(failure) => {
            let told = work.explain(&failure).await;
            return Err(match failure.is_uncertain() {
                true => told.hint("it may have been created; check with: referralloop signups list"),
                false => told,
            });
        }
    };
    match work.console.is_json() {
        true => view::write_record(&work.console, &waitlist, &signup)?,
        false => work.console.write_text(&view::render_page(&signup, &work.console))?,
    }
    Ok(Exit::Done)
}

fn email(arguments: &Arguments, context: &Context) -> Result<Option<String>, Error> {
    match &arguments.email {
        Some(email) => Ok(Some(email.clone())),
        None if context.may_prompt() => Ok(prompt::prompt_line(context, "E-mail address", arguments::read_email)?),
        None => Err(Error::usage("no e-mail address given").hint("give one with --email")),
    }
}

/// A JSON object, or a file that holds one.
fn metadata(given: Option<&str>, context: &Context) -> Result<Option<Map<String, Value>>, Error> {
    let Some(given) = given else { return Ok(None) };
    let bytes = input::read_text_or_file(context, given, "--metadata", "metadata")?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(members)) => Ok(Some(members)),
        Ok(_) => Err(Error::usage("the metadata is not a JSON object").hint("write it like '{\"source\":\"cli\"}'")),
        Err(error) => Err(Error::usage(format!("the metadata is not JSON: {error}"))),
    }
}
