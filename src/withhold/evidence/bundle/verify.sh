#!/usr/bin/env bash
# Checks a bundle of withhold evidence with bash, GNU coreutils, sed, grep and OpenSSL 3. It changes nothing.
#
#   verify.sh [--key SHA256]... [--root FILE.pem]... [FOLDER]
#
#   --key   SHA-256 fingerprint of the log's public key, as somebody you trust told you
#   --root  root certificates of timestamp authorities (PEM), got from the authorities themselves
#   FOLDER  the unpacked bundle; by default the folder of this script
#
# Trust starts outside the bundle: what it says of its own key and roots proves nothing. Without --key and --root
# these claims are NOT CHECKABLE. WITHHOLD_KEYS and WITHHOLD_ROOTS (separated by spaces) may stand in for them.
# Exit code: 0 all passed, 3 nothing failed but something could not be checked, 4 something failed, 2 wrong
# usage, 5 a tool is missing.
set -u
export LC_ALL=C
keys=${WITHHOLD_KEYS:-}; read -ra roots <<< "${WITHHOLD_ROOTS:-}"; folder=
while [ $# -gt 0 ]; do
  case $1 in
    --key) [ $# -ge 2 ] || exit 2; keys="$keys $2"; shift 2 ;;
    --root) [ $# -ge 2 ] || exit 2; roots+=("$2"); shift 2 ;;
    -h|--help) sed -n '2,15s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "unknown option $1" >&2; exit 2 ;;
    *) folder=$1; shift ;;
  esac
done
for tool in openssl sha256sum sed grep base64 sort find cmp date mktemp tail head tr; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 5; }
done
# Others lack what is used below, and would say FAIL of what they cannot check.
openssl version | grep -qE '^OpenSSL ([3-9]|[1-9][0-9])\.' || { echo "$(openssl version): OpenSSL 3 or later is needed" >&2; exit 5; }
date -u -d 2025-01-01 +%s >/dev/null 2>&1 || { echo "date is not that of GNU coreutils, which is needed" >&2; exit 5; }
keys=$(tr 'A-F' 'a-f' <<< "${keys//:/}") # as openssl prints fingerprints, too
tmp=$(mktemp -d) || exit 5
trap 'rm -rf "$tmp"' EXIT
: > "$tmp/roots.pem"
for file in ${roots[@]+"${roots[@]}"}; do
  [ -r "$file" ] || { echo "$file cannot be read" >&2; exit 2; }
  cat "$file" >> "$tmp/roots.pem"; echo >> "$tmp/roots.pem"
done
cd "${folder:-$(dirname "$0")}" || exit 2

failed=0; open=0; record=bundle
pass() { echo "PASS           $record  $1"; }
fail() { echo "FAIL           $record  $1"; failed=1; return 1; }
unsure() { echo "NOT CHECKABLE  $record  $1"; open=1; }
judge() { if [ "$1" = 0 ]; then pass "$2"; else fail "$3"; fi; }
hash_of() { sha256sum < "$1" | head -c 64; }

# The manifests: made anew from the files, they must be the same to the byte.
listing() { sort | while IFS= read -r path; do echo "$(hash_of "$path")  $path"; done; }
# What is shown of it could otherwise pass for words of this script.
odd=$(find . \( ! -type f ! -type d \) -o -name '*[! -~]*' | head -n 1)
[ -z "$odd" ] || { fail "${odd//[! -~]/?} is no file, or has a name that a terminal may not show as it is"; echo "RESULT: something FAILED"; exit 4; }
find data -type f 2>/dev/null | listing | cmp -s - manifest-sha256.txt
judge $? "data/ is what manifest-sha256.txt lists" "data/ is not what manifest-sha256.txt lists"
find . -type f ! -path './data/*' ! -name tagmanifest-sha256.txt | sed 's|^\./||' | listing | cmp -s - tagmanifest-sha256.txt
judge $? "the other files are what tagmanifest-sha256.txt lists" "another file is not what tagmanifest-sha256.txt lists"
printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' | cmp -s - bagit.txt
judge $? "it is a BagIt 1.0 bag" "bagit.txt is not that of a BagIt 1.0 bag"

signed() { # whether key $2 signed the note $1, whose text is then in $tmp/text
  sed '/^$/,$d' "$1" > "$tmp/text" 2>/dev/null
  tail -n 1 "$1" 2>/dev/null | sed 's/.* //' | base64 -d 2>/dev/null | tail -c +5 > "$tmp/signature"
  openssl pkeyutl -verify -pubin -inkey "$2" -rawin -in "$tmp/text" -sigfile "$tmp/signature" >/dev/null 2>&1
}
der() { openssl pkey -pubin -in "$1" -outform DER 2>/dev/null; }
named() { print=$(der "$1" | sha256sum | head -c 64); [[ " $keys " = *" $print "* ]]; }

vouched() { # each key in keys/ named the next one in a signed note, the last of them log.pem; sets $voucher
  local pem next=log.pem
  voucher=
  for pem in $(find keys -name '*.pem' 2>/dev/null | sort -r); do
    signed "${pem%.pem}.note" "$pem" && [ "$(sed -n 2p "$tmp/text")" = "the next key of this log is" ] &&
      [ "$(sed -n '3s/^[^+]*+[^+]*+//p' "$tmp/text")" = "$({ printf '\1'; der "$next" | tail -c 32; } | base64)" ]
    judge $? "$pem vouches for $next" "$pem does not vouch for $next" || return
    ! named "$pem" || voucher=$pem
    next=$pem
  done
}

signature() { # of the checkpoint, by log.pem; and whose key that is
  vouched
  signed checkpoint log.pem
  judge $? "signature of the checkpoint" "the signature of the checkpoint does not fit log.pem"
  if named log.pem; then pass "the key is one that you named"
  elif [ -n "$voucher" ]; then pass "the key is one that $voucher vouches for, which you named"
  else unsure "whose key it is: you named no key with the fingerprint $print"; fi
}

inclusion() { # of the leaf in file $1 under the root of the checkpoint (RFC 9162, section 2.1.3.2)
  local fn sn line
  sed -n '/^$/,$p' record.tlog-proof | tail -n +2 | cmp -s - checkpoint || return 1
  [ "$(head -n 1 record.tlog-proof)" = "c2sp.org/tlog-proof@v1" ] || return 1
  fn=$(sed -n '2s/^index //p' record.tlog-proof); sn=$(sed -n 2p "$tmp/text")
  [[ $fn =~ ^[0-9]{1,15}$ && $sn =~ ^[0-9]{1,15}$ ]] || return 1
  fn=$((10#$fn)); sn=$((10#$sn - 1)); [ "$fn" -le "$sn" ] || return 1
  { printf '\0'; cat "$1"; } | openssl dgst -sha256 -binary > "$tmp/h"
  while IFS= read -r line; do
    printf '%s' "$line" | base64 -d > "$tmp/p" 2>/dev/null || return 1
    [ "$(base64 < "$tmp/p")" = "$line" ] && [ "$sn" != 0 ] || return 1
    if (( fn % 2 == 1 || fn == sn )); then
      { printf '\1'; cat "$tmp/p" "$tmp/h"; } | openssl dgst -sha256 -binary > "$tmp/n"
      while (( fn % 2 == 0 && fn != 0 )); do (( fn /= 2, sn /= 2 )); done
    else
      { printf '\1'; cat "$tmp/h" "$tmp/p"; } | openssl dgst -sha256 -binary > "$tmp/n"
    fi
    mv "$tmp/n" "$tmp/h"; (( fn /= 2, sn /= 2 ))
  done < <(sed '1,2d; /^$/,$d' record.tlog-proof)
  [ "$(base64 < "$tmp/h")" = "$(sed -n 3p "$tmp/text")" ] && [ "$sn" = 0 ]
}

token() { # file $1 over file $2: $3 says what it shows, $4 the root that came with it, $5 the chain or nothing
  local told at options=() # sets $seconds, its time, and $slack, by how many of them that may be wrong
  seconds=
  told=$(openssl ts -reply -in "$1" -text 2>/dev/null); at=$(sed -n 's/^Time stamp: //p' <<< "$told")
  [ -n "$at" ] || { fail "$1 is not a time-stamp"; return; }
  [ ! -s "${5:-}" ] || options=(-untrusted "$5")
  seconds=$(date -u -d "$at" +%s 2>/dev/null) && options+=(-attime "$seconds")
  slack=$(sed -n 's/^Accuracy: \(0x[0-9A-Fa-f]\{1,8\}\) seconds.*/\1/p' <<< "$told"); slack=$((${slack:-0} + 1))
  at="$at (accuracy: $(sed -n 's/^Accuracy: //p' <<< "$told"))"
  if openssl ts -verify -in "$1" -data "$2" -CAfile "$tmp/roots.pem" ${options[@]+"${options[@]}"} >/dev/null 2>&1; then
    pass "$3 $at, by ${1##*/}"
  elif openssl ts -verify -in "$1" -data "$2" -CAfile "$4" ${options[@]+"${options[@]}"} >/dev/null 2>&1; then
    unsure "$3 $at, by ${1##*/}, if you believe the root that came with it; name one with --root"
  else
    fail "${1##*/} does not verify"
  fi
}

artifacts() { # those present are the recorded ones; those left out are told
  local told name hash path
  told=$(head -c 1000000 record.json); told=${told%%'],"at":'*}
  while IFS= read -r path; do
    name=${path##*/}; hash=$(hash_of "$path")
    if grep -qF "\"name\":\"$name\",\"sha256\":\"$hash\"" <<< "$told" || [[ $name = "$hash" && $told = *"\"$hash\""* ]]
    then pass "artifact $name"; else fail "artifact $name is not one that was recorded"; fi
  done < <(find artifacts -type f 2>/dev/null | sort)
  while IFS= read -r path; do
    name=$(sed 's/^"name":"\(.*\)","sha256":.*/\1/' <<< "$path"); hash=${path: -64}
    [ -e "artifacts/$name" ] || [ -e "artifacts/$hash" ] || unsure "artifact ${name//[! -~]/?} was left out (SHA-256 $hash)"
  done < <(grep -o '"name":"[^"]*","sha256":"[0-9a-f]\{64\}' <<< "$told")
}

one_record() { # in the current folder, whose name is the record's id
  local leaf=record.json value reply since=
  record=$(basename "$PWD" | head -c 12)
  [ "$(hash_of record.json)" = "$(basename "$PWD")" ]
  judge $? "record.json has the hash that is its id" "record.json is not the record whose id is the folder's name"
  signature
  if [ -e leaf.json ]; then
    leaf=leaf.json
    grep -qxF "$(basename "$PWD")" journal-records.txt && grep -qF "\"journal-records.txt\",\"sha256\":\"$(hash_of journal-records.txt)\"" leaf.json
    judge $? "leaf.json holds on to it" "the log's first record does not hold on to it"
  fi
  inclusion "$leaf"
  judge $? "it stands under the root of the checkpoint" "it is not under the root of the checkpoint"
  value=$(sed -n 2p "$tmp/text"); [[ ! $value =~ ^[1-9][0-9]{0,14}$ || $value -le $most ]] || most=$value
  artifacts
  value=$(grep -o '"not_before":{[^}]*"value":"[0-9a-f]*"' record.json | sed 's/.*"value":"//; s/"$//')
  if [ -n "$value" ] && [ -e artifacts/start.tsr ]; then
    printf "$(sed 's/../\\x&/g' <<< "$value")" > "$tmp/start"
    token artifacts/start.tsr "$tmp/start" "it was not there before" artifacts/start-root.pem
    [ -z "$seconds" ] || since=$((seconds - slack))
  fi
  reply=0
  for file in tokens/*.tsr; do
    [ -e "$file" ] || continue
    reply=1; token "$file" checkpoint "it was there by" "${file%.tsr}-root.pem" "${file%.tsr}-chain.pem"
    [ -z "$since" ] || [ -z "$seconds" ] || [ $((seconds + slack)) -ge "$since" ] ||
      unsure "its time: ${file##*/} gives one before the time before which it was not there; a clock was wrong"
    value=$(grep -lF "\"sha256\":\"$(hash_of "$file")\"" ../*/record.json | head -n 1)
    [ -z "$value" ] || pass "${file##*/} is held by record $(basename "${value%/*}" | head -c 12): see by when that was there"
  done
  [ "$reply" = 1 ] || unsure "its time: nobody has stamped it, the time is the recording computer's own"
}

origin=; most=0
for place in data/records/*/; do
  [ -d "$place" ] || { fail "it holds no record"; break; }
  name=$(head -n 1 "$place/checkpoint" 2>/dev/null)
  [ "${origin:=$name}" = "$name" ] || fail "$place comes from another log"
  pushd "$place" >/dev/null && one_record; popd >/dev/null || exit 2
  record=bundle
done
while IFS= read -r path; do
  echo "NOT SIGNED     bundle  $path: no record holds it; believe the records"
done < <(find data -type f ! -path 'data/records/*' | sort)
shown=$(find data/records -mindepth 1 -maxdepth 1 2>/dev/null | grep -c .)
[ "$most" -le "$shown" ] || echo "NOT SHOWN      bundle  $((most - shown)) of the log's $most records are not here, its own of keys and time-stamps among them: any may say otherwise"
if [ "$failed" = 1 ]; then echo "RESULT: something FAILED"; exit 4; fi
if [ "$open" = 1 ]; then echo "RESULT: nothing failed; see what was NOT CHECKABLE"; exit 3; fi
echo "RESULT: all passed, but for files that are NOT SIGNED"
