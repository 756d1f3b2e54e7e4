// Bundled: types and elements are taken out, names made short, unused code left away. To the bundler each number
  after
// a question mark makes another module, so that little text is much work.

import { Chart as C0, reduce as r0 } from "./chart.tsx?0";
import { Chart as C1, reduce as r1 } from "./chart.tsx?1";
import { Chart as C2, reduce as r2 } from "./chart.tsx?2";
import { Chart as C3, reduce as r3 } from "./chart.tsx?3";
import { Chart as C4, reduce as r4 } from "./chart.tsx?4";
import { Chart as C5, reduce as r5 } from "./chart.tsx?5";
import { Chart as C6, reduce as r6 } from "./chart.tsx?6";
import { Chart as C7, reduce as r7 } from "./chart.tsx?7";
import { Chart as C8, reduce as r8 } from "./chart.tsx?8";
import { Chart as C9, reduce as r9 } from "./chart.tsx?9";
import { Chart as C10, reduce as r10 } from "./chart.tsx?10";
import { Chart as C11, reduce as r11 } from "./chart.tsx?11";
import { Chart as C12, reduce as r12 } from "./chart.tsx?12";
import { Chart as C13, reduce as r13 } from "./chart.tsx?13";
import { Chart as C14, reduce as r14 } from "./chart.tsx?14";
import { Chart as C15, reduce as r15 } from "./chart.tsx?15";
import { Chart as C16, reduce as r16 } from "./chart.tsx?16";
import { Chart as C17, reduce as r17 } from "./chart.tsx?17";
import { Chart as C18, reduce as r18 } from "./chart.tsx?18";
import { Chart as C19, reduce as r19 } from "./chart.tsx?19";
import { Chart as C20, reduce as r20 } from "./chart.tsx?20";
import { Chart as C21, reduce as r21 } from "./chart.tsx?21";
import { Chart as C22, reduce as r22 } from "./chart.tsx?22";
import { Chart as C23, reduce as r23 } from "./chart.tsx?23";
import { Chart as C24, reduce as r24 } from "./chart.tsx?24";
import { Chart as C25, reduce as r25 } from "./chart.tsx?25";
import { Chart as C26, reduce as r26 } from "./chart.tsx?26";
import { Chart as C27, reduce as r27 } from "./chart.tsx?27";
import { Chart as C28, reduce as r28 } from "./chart.tsx?28";
import { Chart as C29, reduce as r29 } from "./chart.tsx?29";
import { Chart as C30, reduce as r30 } from "./chart.tsx?30";
import { Chart as C31, reduce as r31 } from "./chart.tsx?31";
import { Chart as C32, reduce as r32 } from "./chart.tsx?32";
import { Chart as C33, reduce as r33 } from "./chart.tsx?33";
import { Chart as C34, reduce as r34 } from "./chart.tsx?34";
import { Chart as C35, reduce as r35 } from "./chart.tsx?35";
import { Chart as C36, reduce as r36 } from "./chart.tsx?36";
import { Chart as C37, reduce as r37 } from "./chart.tsx?37";
import { Chart as C38, reduce as r38 } from "./chart.tsx?38";
import { Chart as C39, reduce as r39 } from "./chart.tsx?39";
import { Chart as C40, reduce as r40 } from "./chart.tsx?40";
import { Chart as C41, reduce as r41 } from "./chart.tsx?41";
import { Chart as C42, reduce as r42 } from "./chart.tsx?42";
import { Chart as C43, reduce as r43 } from "./chart.tsx?43";
import { Chart as C44, reduce as r44 } from "./chart.tsx?44";
import { Chart as C45, reduce as r45 } from "./chart.tsx?45";
import { Chart as C46, reduce as r46 } from "./chart.tsx?46";
import { Chart as C47, reduce as r47 } from "./chart.tsx?47";
import { Chart as C48, reduce as r48 } from "./chart.tsx?48";
import { Chart as C49, reduce as r49 } from "./chart.tsx?49";
import { Chart as C50, reduce as r50 } from "./chart.tsx?50";
import { Chart as C51, reduce as r51 } from "./chart.tsx?51";
import { Chart as C52, reduce as r52 } from "./chart.tsx?52";
import { Chart as C53, reduce as r53 } from "./chart.tsx?53";
import { Chart as C54, reduce as r54 } from "./chart.tsx?54";
import { Chart as C55, reduce as r55 } from "./chart.tsx?55";
import { Chart as C56, reduce as r56 } from "./chart.tsx?56";
import { Chart as C57, reduce as r57 } from "./chart.tsx?57";
import { Chart as C58, reduce as r58 } from "./chart.tsx?58";
import { Chart as C59, reduce as r59 } from "./chart.tsx?59";
import { Chart as C60, reduce as r60 } from "./chart.tsx?60";
import { Chart as C61, reduce as r61 } from "./chart.tsx?61";
import { Chart as C62, reduce as r62 } from "./chart.tsx?62";
import { Chart as C63, reduce as r63 } from "./chart.tsx?63";
import { Chart as C64, reduce as r64 } from "./chart.tsx?64";
import { Chart as C65, reduce as r65 } from "./chart.tsx?65";
import { Chart as C66, reduce as r66 } from "./chart.tsx?66";
import { Chart as C67, reduce as r67 } from "./chart.tsx?67";
import { Chart as C68, reduce as r68 } from "./chart.tsx?68";
import { Chart as C69, reduce as r69 } from "./chart.tsx?69";
import { Chart as C70, reduce as r70 } from "./chart.tsx?70";
import { Chart as C71, reduce as r71 } from "./chart.tsx?71";
import { Chart as C72, reduce as r72 } from "./chart.tsx?72";
import { Chart as C73, reduce as r73 } from "./chart.tsx?73";
import { Chart as C74, reduce as r74 } from "./chart.tsx?74";
import { Chart as C75, reduce as r75 } from "./chart.tsx?75";
import { Chart as C76, reduce as r76 } from "./chart.tsx?76";
import { Chart as C77, reduce as r77 } from "./chart.tsx?77";
import { Chart as C78, reduce as r78 } from "./chart.tsx?78";
import { Chart as C79, reduce as r79 } from "./chart.tsx?79";
import { Chart as C80, reduce as r80 } from "./chart.tsx?80";
import { Chart as C81, reduce as r81 } from "./chart.tsx?81";
import { Chart as C82, reduce as r82 } from "./chart.tsx?82";
import { Chart as C83, reduce as r83 } from "./chart.tsx?83";
import { Chart as C84, reduce as r84 } from "./chart.tsx?84";
import { Chart as C85, reduce as r85 } from "./chart.tsx?85";
import { Chart as C86, reduce as r86 } from "./chart.tsx?86";
import { Chart as C87, reduce as r87 } from "./chart.tsx?87";
import { Chart as C88, reduce as r88 } from "./chart.tsx?88";
import { Chart as C89, reduce as r89 } from "./chart.tsx?89";
import { Chart as C90, reduce as r90 } from "./chart.tsx?90";
import { Chart as C91, reduce as r91 } from "./chart.tsx?91";
import { Chart as C92, reduce as r92 } from "./chart.tsx?92";
import { Chart as C93, reduce as r93 } from "./chart.tsx?93";
import { Chart as C94, reduce as r94 } from "./chart.tsx?94";
import { Chart as C95, reduce as r95 } from "./chart.tsx?95";
import { Chart as C96, reduce as r96 } from "./chart.tsx?96";
import { Chart as C97, reduce as r97 } from "./chart.tsx?97";
import { Chart as C98, reduce as r98 } from "./chart.tsx?98";
import { Chart as C99, reduce as r99 } from "./chart.tsx?99";
import { Chart as C100, reduce as r100 } from "./chart.tsx?100";
import { Chart as C101, reduce as r101 } from "./chart.tsx?101";
import { Chart as C102, reduce as r102 } from "./chart.tsx?102";
import { Chart as C103, reduce as r103 } from "./chart.tsx?103";
import { Chart as C104, reduce as r104 } from "./chart.tsx?104";
import { Chart as C105, reduce as r105 } from "./chart.tsx?105";
import { Chart as C106, reduce as r106 } from "./chart.tsx?106";
import { Chart as C107, reduce as r107 } from "./chart.tsx?107";
import { Chart as C108, reduce as r108 } from "./chart.tsx?108";
import { Chart as C109, reduce as r109 } from "./chart.tsx?109";
import { Chart as C110, reduce as r110 } from "./chart.tsx?110";
import { Chart as C111, reduce as r111 } from "./chart.tsx?111";
import { Chart as C112, reduce as r112 } from "./chart.tsx?112";
import { Chart as C113, reduce as r113 } from "./chart.tsx?113";
import { Chart as C114, reduce as r114 } from "./chart.tsx?114";
import { Chart as C115, reduce as r115 } from "./chart.tsx?115";
import { Chart as C116, reduce as r116 } from "./chart.tsx?116";
import { Chart as C117, reduce as r117 } from "./chart.tsx?117";
import { Chart as C118, reduce as r118 } from "./chart.tsx?118";
import { Chart as C119, reduce as r119 } from "./chart.tsx?119";
import { total } from "./numbers.ts";

export const charts = [C0, C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15, C16, C17, C18, C19, C20,
  C21, C22, C23, C24, C25, C26, C27, C28, C29, C30, C31, C32, C33, C34, C35, C36, C37, C38, C39, C40, C41, C42, C43,
  C44, C45, C46, C47, C48, C49, C50, C51, C52, C53, C54, C55, C56, C57, C58, C59, C60, C61, C62, C63, C64, C65, C66,
  C67, C68, C69, C70, C71, C72, C73, C74, C75, C76, C77, C78, C79, C80, C81, C82, C83, C84, C85, C86, C87, C88, C89,
  C90, C91, C92, C93, C94, C95, C96, C97, C98, C99, C100, C101, C102, C103, C104, C105, C106, C107, C108, C109, C110,
  C111, C112, C113, C114, C115, C116, C117, C118, C119];
export const reduced = [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, r13, r14, r15, r16, r17, r18, r19, r20,
  r21, r22, r23, r24, r25, r26, r27, r28, r29, r30, r31, r32, r33, r34, r35, r36, r37, r38, r39, r40, r41, r42, r43,
  r44, r45, r46, r47, r48, r49, r50, r51, r52, r53, r54, r55, r56, r57, r58, r59, r60, r61, r62, r63, r64, r65, r66,
  r67, r68, r69, r70, r71, r72, r73, r74, r75, r76, r77, r78, r79, r80, r81, r82, r83, r84, r85, r86, r87, r88, r89,
  r90, r91, r92, r93, r94, r95, r96, r97, r98, r99, r100, r101, r102, r103, r104, r105, r106, r107, r108, r109, r110,
  r111, r112, r113, r114, r115, r116, r117, r118, r119].map((reduce) => reduce([1, 2, 3]));
export default total(reduced);
