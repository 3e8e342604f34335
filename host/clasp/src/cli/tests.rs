//! Arguments in, a command and flags out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;

fn parse(line: &str) -> Result<Cli, String> {
    let words = std::iter::once("clasp").chain(line.split_whitespace()).map(OsString::from);
    let mut command = Cli::command();
    let read = arguments::read(words, &command).map_err(|error| error.to_string())?;
    command
        .try_get_matches_from_mut(read.arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map_err(|error| error.to_string())
}

fn flags(line: &str) -> Flags {
    match parse(line).unwrap() {
        Cli { command: None, serve } | Cli { command: Some(Command::Serve(serve)), .. } => {
            serve.into()
        }
        other => panic!("{other:?}"),
    }
}

fn warnings(line: &str) -> Vec<String> {
    let words = std::iter::once("clasp").chain(line.split_whitespace()).map(OsString::from);
    arguments::read(words, &Cli::command()).unwrap().warnings
}

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn long_flags_take_one_dash_or_two_and_a_space_or_an_equals_sign() {
    for line in ["-port 9000", "-port=9000", "--port 9000", "--port=9000", "serve -port 9000"] {
        assert_eq!(flags(line).port.as_deref(), Some("9000"), "{line}");
    }
    let flags = flags("-proxy-only -debug -plugin a.wasm -plugin=b.wasm -plugin-dir d -host ::1");
    assert!(flags.debug && !flags.insecure);
    assert_eq!(flags.plugins, [PathBuf::from("a.wasm"), PathBuf::from("b.wasm")]);
    assert_eq!(flags.plugin_dir, Some(PathBuf::from("d")));
    assert_eq!(flags.host.as_deref(), Some("::1"));
}

#[test]
fn switches_take_a_truth() {
    assert!(flags("-debug=true").debug);
    assert!(!flags("-debug=false").debug);
    assert!(flags("-verbose").debug);
    assert!(flags("--insecure").insecure);
}

#[test]
fn a_flag_of_a_later_build_is_refused_or_named() {
    for line in ["-auth", "-auth-api-key k", "--rate-limit", "-profile=work", "-setup", "-fallback"]
    {
        let error = parse(line).unwrap_err();
        assert!(error.contains("this build does not have it yet"), "{line}: {error}");
    }
    assert!(!parse("-auth-api-key k-123").unwrap_err().contains("k-123"));
    assert_eq!(flags("-cache -cache-ttl 60 -port 1").port.as_deref(), Some("1"));
    assert_eq!(warnings("-cache -cache-ttl 60 -queue=false").len(), 2);
    assert!(flags("-auth=false -port 2").port.is_some());
}

#[test]
fn what_nobody_knows_is_refused() {
    for line in ["-prot 9000", "--nonsense", "serve demo", "frobnicate", "-debug=perhaps"] {
        assert!(parse(line).is_err(), "{line}");
    }
    for line in ["--prot 9000", "-prot=9000", "-hosst x"] {
        let error = parse(line).unwrap_err();
        assert!(error.contains("--port") || error.contains("--host"), "{line}: {error}");
    }
}

#[test]
fn commands_are_parsed() {
    assert!(matches!(parse("demo").unwrap().command, Some(Command::Demo)));
    assert!(matches!(parse("version").unwrap().command, Some(Command::Version)));
    for line in [
        "plugin new my-vendor",
        "plugin new my-vendor --dir x",
        "plugin build",
        "plugin build x -o y.wasm",
        "plugin build x -oy.wasm",
        "plugin check a.wasm b.wasm",
        "plugin list",
        "plugin inspect a.wasm",
        "plugin test x",
    ] {
        assert!(matches!(parse(line).unwrap().command, Some(Command::Plugin(_))), "{line}");
    }
    assert!(parse("plugin new").is_err());
}
