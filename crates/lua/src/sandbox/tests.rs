use std::time::Duration;

use super::*;

struct Nobody;

impl Host for Nobody {
    fn call(&mut self, _: &Lua, operation: &str, _: MultiValue) -> mlua::Result<MultiValue> {
        Err(mlua::Error::runtime(format!("nobody does `{operation}`")))
    }
}

/// Little of everything, so that a test ends soon; time is not what ends it.
const LITTLE: Limits = Limits { steps: 300_000, time: Duration::from_secs(60), memory: 4 << 20 };

/// The values that a piece of code returns, as texts.
fn run(source: &str) -> Result<Vec<String>, Failure> {
    let sandbox = Sandbox::new(LITTLE, &[]).unwrap();
    let function = sandbox.compile(source)?;
    let values = sandbox.run(&mut Nobody, (), &function, ())?;
    Ok(values.into_iter().map(|value| value.to_string().unwrap()).collect())
}

/// The same of one that returns.
fn values(source: &str) -> Vec<String> {
    run(source).unwrap_or_else(|error| panic!("{source}: {error}"))
}

#[test]
fn code_that_would_not_end_is_ended() {
    for source in [
        "while true do end",
        "repeat until false",
        "::again:: goto again",
        "local function f() return f() end f()",
        "for i = 1, math.huge do end",
        "local c = coroutine.wrap(function() while true do end end) c()",
        "local c = coroutine.create(function() while true do end end) while true do coroutine.resume(c) end",
        "while true do coroutine.wrap(function() coroutine.yield() end)() end",
        "while true do pcall(function() while true do end end) end",
        "while true do pcall(error, 'x') end",
        "pcall(pcall, function() while true do end end) while true do end",
        "local function f() pcall(f) pcall(f) end f() while true do end",
        "xpcall(function() while true do end end, function() while true do end end) while true do end",
        "while true do xpcall(error, function() while true do end end) end",
        "local function f() return xpcall(f, f) end while true do f() end",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
    ] {
        assert_eq!(run(source), Err(Failure::Exhausted(crate::Exhausted)), "{source}");
    }
}

#[test]
fn what_does_much_within_one_call_pays_for_it() {
    for source in [
        "string.find(('a'):rep(100), ('a?'):rep(90) .. ('a'):rep(101))",
        "string.find(('a'):rep(3000), '.-.-.-.-b')",
        "string.match(('a'):rep(3000), '(.*)(.*)(.*)(.*)b')",
        "for _ in string.gmatch(('a'):rep(3000), '.-.-b') do end while true do end",
        "string.gsub(('a'):rep(3000), '.-.-.-b', 'x')",
        "string.gsub(('a'):rep(3000), '%b()', '') string.gsub(('('):rep(30000), '%b()', '')",
        "while true do ('x'):rep(1000000) end",
        "while true do string.format('%s', ('x'):rep(100000)) end",
        "local s = ('x'):rep(100000) while true do s:upper() end",
        "local s = ('x'):rep(100000) while true do s:reverse() end",
        "local s = ('ab'):rep(50000) while true do s:find('ac', 1, true) end",
        "local t = {} for i = 1, 20000 do t[i] = 'x' end while true do table.concat(t) end",
        "local t = {} for i = 1, 20000 do t[i] = i end table.sort(t, function() return true end)",
        "local t = {} for i = 1, 20000 do table.insert(t, 1, i) end",
        "local t = {} for i = 1, 20000 do t[i] = i end while true do table.remove(t, 1) t[20000] = 1 end",
        "table.move({}, 1, 1e9, 2)",
        "for i = 1, 1e9 do ngx.re.find(('a'):rep(60), '^(a|a|aa)+(?=b)$', 'jo') end",
        "while true do ngx.re.match('a', 'a' .. math.random()) end",
        "while true do ngx.md5(('x'):rep(1000)) end",
        "local cjson = require 'cjson' local t = {} for i = 1, 1000 do t[i] = i end while true do cjson.encode(t) end",
        "local cjson = require 'cjson' while true do cjson.decode('[1,2,3,4,5,6,7,8,9]') end",
        "local s = ('%41'):rep(10000) while true do ngx.unescape_uri(s) end",
    ] {
        let failure = run(source).expect_err(source);
        assert!(matches!(failure, Failure::Exhausted(_) | Failure::Memory), "{source}: {failure:?}");
    }
}

#[test]
fn code_that_wants_too_much_memory_does_not_get_it() {
    for source in [
        "return ('x'):rep(1e9)",
        "local s = 'x' while true do s = s .. s end",
        "local t = {} while true do t[#t + 1] = {} end",
        "local t = {} for i = 1, 1e9 do t[i] = i end",
        "local t = {} local function f() t[#t + 1] = coroutine.create(f) f() end f()",
        "local s = ('x'):rep(100000) return s:gsub('x', s)",
        "return string.format(('%s'):rep(200), unpack((function() local t, s = {}, ('x'):rep(90000) \
         for i = 1, 200 do t[i] = s end return t end)()))",
        "return unpack({}, 1, 1e8)",
        "return string.char(unpack({}, 1, 1e7))",
        "local function f(...) return f(1, ...) end return f()",
        "local s = '' for i = 1, 1e9 do s = s .. i .. s end",
        "return table.concat({}, ('x'):rep(1e6), 1, 1e9)",
    ] {
        assert!(run(source).is_err(), "{source}");
    }
}

#[test]
fn time_ends_what_steps_do_not() {
    let limits = Limits { steps: u64::MAX, time: Duration::from_millis(20), memory: 64 << 20 };
    let sandbox = Sandbox::new(limits, &[]).unwrap();
    let function =
        sandbox.compile("local s = ('x'):rep(8000000) local t while true do t = s .. 'y' t = nil end").unwrap();
    let failure = sandbox.run(&mut Nobody, (), &function, ()).unwrap_err();
    assert!(matches!(failure, Failure::Exhausted(_) | Failure::Memory), "{failure:?}");
}

#[test]
fn a_state_goes_on_after_everything_that_has_failed() {
    let sandbox = Sandbox::new(LITTLE, &[]).unwrap();
    for source in ["while true do end", "local t = {} while true do t[#t + 1] = ('x'):rep(1000) end", "error({})"] {
        let function = sandbox.compile(source).unwrap();
        for _ in 0..3 {
            assert!(sandbox.run(&mut Nobody, (), &function, ()).is_err(), "{source}");
        }
        let answer = sandbox.compile("return 6 * 7").unwrap();
        let values = sandbox.run(&mut Nobody, (), &answer, ()).unwrap();
        assert_eq!(values.front().unwrap().to_string().unwrap(), "42", "{source}");
    }
}

#[test]
fn nothing_leads_out() {
    for name in [
        "io.open",
        "io.popen",
        "os.execute",
        "os.getenv",
        "os.exit",
        "os.remove",
        "os.tmpname",
        "debug",
        "ffi",
        "package",
        "module",
        "load",
        "loadstring",
        "loadfile",
        "dofile",
        "getfenv",
        "setfenv",
        "getmetatable",
        "setmetatable",
        "rawget",
        "rawset",
        "rawequal",
        "collectgarbage",
        "newproxy",
        "string.dump",
        "math.randomseed",
        "jit.on",
        "jit.util",
        "_G._G.debug",
    ] {
        assert_eq!(values(&format!("return {name}")), ["nil"], "{name}");
    }
    for module in ["ffi", "io", "debug", "jit.util", "string.buffer", "socket", "resty.http"] {
        let failure = run(&format!("return require '{module}'")).unwrap_err().to_string();
        assert!(failure.ends_with(&format!("require '{module}' not allowed within sandbox")), "{failure}");
    }
}

#[test]
fn what_all_share_cannot_be_changed() {
    for source in ["string.find = nil", "table.x = 1", "ngx.re.match = nil", "require('cjson').encode = nil"] {
        let sandbox = Sandbox::new(LITTLE, &[]).unwrap();
        let function = sandbox.compile(source).unwrap();
        let _ = sandbox.run(&mut Nobody, (), &function, ());
        let source = "return ('a'):find('a'), table.x, ngx.re.match('a', 'a')[0], require('cjson').encode(1)";
        let after = sandbox.compile(source).unwrap();
        let values = sandbox.run(&mut Nobody, (), &after, ()).unwrap();
        let texts: Vec<_> = values.into_iter().map(|value| value.to_string().unwrap()).collect();
        assert_eq!(texts, ["1", "nil", "a", "1"], "{source}");
    }
}

#[test]
fn globals_are_those_of_one_piece_of_code() {
    let sandbox = Sandbox::new(LITTLE, &[]).unwrap();
    let one = sandbox.compile("x = (x or 0) + 1 return x, _G.x").unwrap();
    let other = sandbox.compile("return x").unwrap();
    sandbox.run(&mut Nobody, (), &one, ()).unwrap();
    let values = sandbox.run(&mut Nobody, (), &one, ()).unwrap();
    assert_eq!(values.front().unwrap().to_string().unwrap(), "2");
    assert!(sandbox.run(&mut Nobody, (), &other, ()).unwrap().front().unwrap().is_nil());
}

#[test]
fn errors_can_be_caught_and_read() {
    assert_eq!(values("return pcall(error, 'x')"), ["false", "x"]);
    assert_eq!(values("local ok, e = pcall(string.find, 'a', '[') return e"), ["malformed pattern (missing ']')"]);
    assert_eq!(values("return xpcall(error, function(e) return e .. '!' end, 'x')"), ["false", "x!"]);
    assert_eq!(values("local c = coroutine.create(error) return coroutine.resume(c, 'x')"), ["false", "x"]);
    assert_eq!(values("return select('#', pcall(function() return 1, nil, nil end))"), ["4"]);
}

#[test]
fn an_error_is_told_in_its_own_words() {
    assert_eq!(run("error('x', 0)").unwrap_err().to_string(), "x");
    assert_eq!(
        run("local a\nreturn a.b").unwrap_err().to_string(),
        "[string \"local a...\"]:2: attempt to index local 'a' (a nil value)"
    );
}

#[test]
fn texts_are_searched_and_replaced_as_in_lua() {
    for (source, expected) in [
        ("return ('hello world'):find('wor')", &["7", "9"][..]),
        ("return ('hello world'):find('(o)(r)')", &["8", "9", "o", "r"]),
        ("return ('a.b'):find('.', 1, true)", &["2", "2"]),
        ("return ('abc'):find('b', -1)", &["nil"]),
        ("return ('key=value'):match('(%w+)=(%w+)')", &["key", "value"]),
        ("return ('abc'):match('.-')", &[""]),
        ("return ('hello world'):gsub('o', '0')", &["hell0 w0rld", "2"]),
        ("return ('hello world'):gsub('(%w+)', '<%1>')", &["<hello> <world>", "2"]),
        ("return ('hello'):gsub('', '-')", &["-h-e-l-l-o-", "6"]),
        ("return ('abc'):gsub('%w', '%0%0', 2)", &["aabbc", "2"]),
        ("return ('abc'):gsub('^a', 'x')", &["xbc", "1"]),
        ("return ('aaa'):gsub('^a', 'x')", &["xaa", "1"]),
        ("return ('$name!'):gsub('%$(%w+)', { name = 'you' })", &["you!", "1"]),
        ("return ('4 5'):gsub('%d', function(d) return d * 2 end)", &["8 10", "2"]),
        ("return ('a b'):gsub('%w', function() end)", &["a b", "2"]),
        ("return ('100'):gsub('0', '%%')", &["1%%", "2"]),
        (
            "local t = {} for k, v in ('a=1,b=2'):gmatch('(%w)=(%w)') do t[#t+1] = k .. v end return unpack(t)",
            &["a1", "b2"],
        ),
        ("local n = 0 for _ in ('abc'):gmatch('') do n = n + 1 end return n", &["4"]),
        ("return ('ab'):rep(3), ('ab'):rep(2, '-'), ('x'):rep(0), (''):rep(1e9)", &["ababab", "ab-ab", "", ""]),
        ("return ('%5.2f|%d|%s'):format(1.5, 3, 'x')", &[" 1.50|3|x"]),
    ] {
        assert_eq!(values(source), expected, "{source}");
    }
}

#[test]
fn tables_are_handled_as_in_lua() {
    for (source, expected) in [
        ("local t = {3, 1, 2} table.sort(t) return unpack(t)", &["1", "2", "3"][..]),
        ("local t = {1, 2, 3} table.sort(t, function(a, b) return a > b end) return unpack(t)", &["3", "2", "1"]),
        ("local t = {1, 3} table.insert(t, 2, 2) table.insert(t, 4) return table.concat(t, ',')", &["1,2,3,4"]),
        ("local t = {1, 2, 3} return table.remove(t, 1), table.remove(t), #t", &["1", "3", "1"]),
        ("return table.remove({})", &["nil"]),
        ("return table.maxn({1, 2, [7] = 1}), table.nkeys({a = 1, 2})", &["7", "2"]),
        ("return table.isarray({1, 2}), table.isarray({a = 1}), table.isempty({})", &["true", "false", "true"]),
    ] {
        assert_eq!(values(source), expected, "{source}");
    }
}

#[test]
fn encodings_are_those_of_ngx() {
    for (source, expected) in [
        ("return ngx.encode_base64('hello'), ngx.encode_base64('a', true)", &["aGVsbG8=", "YQ"][..]),
        ("return ngx.decode_base64('aGVsbG8='), ngx.decode_base64('*')", &["hello", "nil"]),
        ("return ngx.escape_uri('a b/c?'), ngx.unescape_uri('a%20b+c')", &["a%20b%2Fc%3F", "a b c"]),
        ("return ngx.encode_args({ a = 'b c' }), ngx.encode_args({ a = true })", &["a=b%20c", "a"]),
        ("local t = ngx.decode_args('a=1&b=2&a=3&c') return t.a[1], t.a[2], t.b, t.c", &["1", "3", "2", "true"]),
        ("return ngx.md5('hello')", &["5d41402abc4b2a76b9719d911017c592"]),
        ("return ngx.encode_base64(ngx.sha1_bin('hello'))", &["qvTGHdzF6KLavt4PO0gs2a6pQ00="]),
        (
            "return ngx.encode_base64(ngx.hmac_sha1('thisisverysecretstuff', 'some string we want to sign'))",
            &["R/pvxzHC4NLtj7S+kXFg/NePTmk="],
        ),
        ("return ngx.crc32_short('hello')", &["907060870"]),
        ("return ngx.http_time(1290079655)", &["Thu, 18 Nov 2010 11:27:35 GMT"]),
        ("return ngx.parse_http_time('Thu, 18 Nov 2010 11:27:35 GMT')", &["1290079655"]),
        ("return ngx.cookie_time(1547772045)", &["Fri, 18-Jan-19 00:40:45 GMT"]),
        ("return #ngx.today(), #ngx.localtime(), ngx.time() > 1e9, ngx.now() > 1e9", &["10", "19", "true", "true"]),
        ("return ngx.HTTP_FORBIDDEN, ngx.ERR, ngx.HTTP_POST, ngx.OK", &["403", "4", "8", "0"]),
        (
            "local s = require('resty.sha256'):new() s:update('abc') return require('resty.string').to_hex(s:final())",
            &["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
        ),
        ("return require('ngx.base64').encode_base64url('??>')", &["Pz8-"]),
    ] {
        assert_eq!(values(source), expected, "{source}");
    }
}

#[test]
fn regular_expressions_are_those_of_ngx() {
    for (source, expected) in [
        ("local m = ngx.re.match('hello, 1234', '([0-9])[0-9]+') return m[0], m[1]", &["1234", "1"][..]),
        (
            "local m = ngx.re.match('hello, 1234', '(?<first>[0-9])(?<rest>[0-9]+)', 'jo') return m.first, m.rest",
            &["1", "234"],
        ),
        ("return ngx.re.match('hello', 'x')", &["nil", "nil"]),
        ("local m = ngx.re.match('Hello', '(h)(x)?', 'i') return m[1], m[2]", &["H", "false"]),
        ("return ngx.re.find('hello, 1234', '([0-9]+)', 'jo')", &["8", "11"]),
        ("return ngx.re.find('hello, 1234', '([a-z]+), ([0-9]+)', nil, nil, 2)", &["8", "11"]),
        ("return ngx.re.sub('hello, 1234', '([0-9])[0-9]', '[$0][$1]')", &["hello, [12][1]34", "1"]),
        ("return ngx.re.gsub('hello, world', '([a-z])[a-z]+', '[$0,$1]', 'i')", &["[hello,h], [world,w]", "2"]),
        ("return ngx.re.gsub('a1b2', '[0-9]', function(m) return '<' .. m[0] .. '>' end)", &["a<1>b<2>", "2"]),
        ("return ngx.re.gsub('ab', 'a', '${0}0$$')", &["a0$b", "1"]),
        ("local t = {} for m in ngx.re.gmatch('a1b2', '[0-9]') do t[#t+1] = m[0] end return unpack(t)", &["1", "2"]),
        ("local m, err = ngx.re.match('a', '(') return m, err ~= nil", &["nil", "true"]),
    ] {
        assert_eq!(values(source), expected, "{source}");
    }
}

#[test]
fn json_is_that_of_cjson() {
    for (source, expected) in [
        (
            "return c.encode({ 1, 2, 'x' }), c.encode({}), c.encode({ a = true })",
            &["[1,2,\"x\"]", "{}", "{\"a\":true}"][..],
        ),
        ("return c.encode('a/b'), c.encode(1.5), c.encode(3), c.encode(c.null)", &["\"a\\/b\"", "1.5", "3", "null"]),
        ("return c.encode({ a = c.empty_array })", &["{\"a\":[]}"]),
        ("local t = c.decode('{\"a\":[1,{\"b\":null}]}') return t.a[1], t.a[2].b == ngx.null", &["1", "true"]),
        ("return pcall(c.encode, print)", &["true", "null"]),
        ("local ok, e = pcall(c.encode, string.find) return e", &["Cannot serialise function: type not supported"]),
        (
            "local t = {} t.t = t local ok, e = pcall(c.encode, t) return e",
            &["Cannot serialise, excessive depth (101)"],
        ),
        (
            "return require('cjson.safe').decode('{x')",
            &["nil", "Expected value but found invalid token at character 2"],
        ),
        ("return require('cjson.safe').decode('')", &["nil", "Expected value but found T_END at character 1"]),
    ] {
        assert_eq!(values(&format!("local c = require 'cjson' {source}")), expected, "{source}");
    }
}

#[test]
fn a_piece_of_code_may_return_the_one_that_runs_from_then_on() {
    let sandbox = Sandbox::new(LITTLE, &[]).unwrap();
    let lasting = |source: &str| -> Function {
        sandbox.function("lasting").unwrap().call(sandbox.compile(source).unwrap()).unwrap()
    };
    for (source, expected) in [
        ("local n = 0 return function() n = n + 1 return n end", ["1", "2", "3"]),
        ("n = (n or 0) + 1 return n", ["1", "2", "3"]),
    ] {
        let function = lasting(source);
        let run = || sandbox.run(&mut Nobody, (), &function, ()).unwrap().front().unwrap().to_string().unwrap();
        assert_eq!([run(), run(), run()], expected, "{source}");
    }
}

#[test]
fn what_ends_the_code_is_caught_by_nobody() {
    let extension = "local house = ... house.base.stop = house.finish";
    let sandbox = Sandbox::new(LITTLE, &[("extension", extension)]).unwrap();
    for source in [
        "stop() return 1",
        "pcall(stop) return 1",
        "xpcall(stop, function() return 1 end) return 1",
        "coroutine.resume(coroutine.create(stop)) return 1",
        "coroutine.wrap(stop)() return 1",
        "pcall(coroutine.wrap(function() pcall(stop) end)) return 1",
        "('x'):gsub('x', stop) return 1",
        "local t = {2, 1} pcall(table.sort, t, stop) return 1",
    ] {
        let function = sandbox.compile(source).unwrap();
        assert!(sandbox.run(&mut Nobody, (), &function, ()).unwrap().is_empty(), "{source}");
    }
}
