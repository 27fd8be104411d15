"""Makes OneRoster zips for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

NAMES = {
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "users": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,"
    "email,sms,phone,agentSourcedIds,grades,password,preferredGivenName,preferredFamilyName",
    "users11": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
    "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password",
    "roles": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId",
    "classes": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId",
    "enrollments": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,"
    "endDate",
    "demographics": "sourcedId,status,dateLastModified,birthDate,sex",
}


def manifest(version: str, mode: str, sheets: Mapping[str, str]) -> str:
    said = {name: mode if name in sheets else "absent" for name in NAMES if name != "users11"}
    lines = [f"file.{name},{how}" for name, how in said.items()]
    return "\n".join(["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}", *lines])


def oneroster(sheets: Mapping[str, str], version: str = "1.2", mode: str = "bulk", **more: str) -> bytes:
    """A zip of those sheets, given without their headers; ``more`` replaces or adds whole files by name."""
    files = {"manifest.csv": manifest(version, mode, sheets)}
    for name, rows in sheets.items():
        header = NAMES["users11" if name == "users" and version == "1.1" else name]
        files[f"{name}.csv"] = f"{header}\n{rows}"
    files |= {name.replace("_", "."): text for name, text in more.items()}
    return packed({name: text.encode() for name, text in files.items()})


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


UPN_ELLIE, UPN_TOM = "Z823499926999", "X823499926991"

BULK = {
    "orgs": "o0,,,The Trust,district,,\no1,,,Whitehouse Primary,school,,o0\no2,,,Oakfield Junior,school,,o0",
    "users": "\n".join(
        [
            f"u1,,,true,ef,{{UPN:{UPN_ELLIE}}},Elowen,Fairweather,Rose,77,e@x.example,0700,0701,,04,secret,Ellie,",
            f"u2,,,true,tf,{{Local:9}},Thomas,Field,,{UPN_TOM},,,,,KG,secret,,Ash",
            "u3,,,true,sk,{UPN:X823499926992},Samira,Khan,,78,,,,,05,secret,,",
            "u4,,,true,hg,,Helen,Grace,,,h@x.example,,,,,secret,,",
        ]
    ),
    "roles": (
        "r1,,,u1,primary,student,,,o1\n"
        "r2,,,u2,primary,student,,,o1\n"
        "r3,,,u3,primary,student,,,o2\n"
        "r4,,,u4,primary,teacher,,,o1\n"
        "r5,,,u3,secondary,student,2020-09-01,2021-07-20,o1\n"
    ),
    "classes": "c1,,,Oak,,,,homeroom,,o1\nc2,,,Maths 4,,,,scheduled,,o1\nc3,,,Ash,,,,homeroom,,o1",
    "enrollments": (
        "e1,,,c2,o1,u1,student,,,\n"
        "e2,,,c1,o1,u1,student,,,\n"
        "e3,,,c3,o1,u2,student,,,\n"
        "e4,,,c1,o1,u4,teacher,,,\n"
        "e5,,,c1,o1,u2,student,,2020-09-01,2021-07-20\n"
    ),
    "demographics": "u1,,,2018-06-19,\nu2,,,soon,\nu3,,,2017-01-01,",
}
